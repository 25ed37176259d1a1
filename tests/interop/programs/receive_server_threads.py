# Shows the first chunk of each connection, a thread for each.
import socket
import threading
from arguments import address, print


def handle_client(conn, addr):
    with conn:
        print(f"Connection from {addr}")
        data = conn.recv(1024)
        print(f"Received data: {data.decode()}")


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(address("localhost", 65432))
server.listen(5)
while True:
    conn, addr = server.accept()
    thread = threading.Thread(target=handle_client, args=(conn, addr))
    thread.start()
