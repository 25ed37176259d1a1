# Shows the first chunk of each connection, one connection after another.
import socket
from arguments import address

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(address("localhost", 65432))
server.listen()
while True:
    conn, addr = server.accept()
    with conn:
        print(f"Connection from {addr}")
        try:
            print(f"Received data: {conn.recv(1024).decode()}")
        except (OSError, ValueError) as error:
            print(f"Error: {error}")
