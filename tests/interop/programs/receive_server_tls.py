# Shows one message of each client, over TLS.
import socket, ssl
from arguments import address

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("localhost.pem", "localhost.key")
with context.wrap_socket(socket.create_server(address("localhost", 65432)), True) as server:
    while True:
        with server.accept()[0] as client:
            print("Received data:", client.recv(1024).decode())
