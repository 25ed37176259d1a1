# Sends one message and shows what came back.
import socket
from arguments import address

with socket.create_connection(address("localhost", 12345)) as client:
    client.sendall(b"Hello, server!")
    data = client.recv(1024)
print(f"Received {data.decode()}")
