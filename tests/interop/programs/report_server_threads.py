# Reports every chunk back to its sender, a thread for each connection.
import socket
import threading
from arguments import address, print


def handle_client(conn, addr):
    with conn:
        print(f"[CONNECTION] Connected to {addr}")
        while data := conn.recv(1024):
            conn.sendall(f"[CONNECTION] Received {data} from {addr}".encode())
    print(f"[CONNECTION] Disconnected from {addr}")


host = socket.gethostbyname(socket.gethostname())
with socket.create_server(address(host, 9797), backlog=5) as server:
    host, port = server.getsockname()
    print(f"[INFO] Listening on {host}:{port}")
    while True:
        conn, addr = server.accept()
        print(f"[INFO] Starting thread for connection {addr}")
        thread = threading.Thread(target=handle_client, args=(conn, addr))
        thread.start()
