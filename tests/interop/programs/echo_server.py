# Echoes everything one client sends, until its end of stream.
import socket
from arguments import address

with socket.create_server(address("localhost", 12345)) as server:
    host, port = server.getsockname()
    print(f"Server listening on {host}:{port}")
    conn, addr = server.accept()
    with conn:
        print(f"Connected by {addr}")
        while data := conn.recv(1024):
            conn.sendall(data)
