# Reports every chunk back to its sender, one connection after another.
import contextlib
import socket
from arguments import address

host = socket.gethostbyname(socket.gethostname())
with socket.create_server(address(host, 9797), backlog=5) as server:
    host, port = server.getsockname()
    print(f"[INFO] Listening on {host}:{port}")
    while True:
        conn, addr = server.accept()
        with conn, contextlib.suppress(ConnectionError):
            print(f"[CONNECTION] Connected to {addr}")
            while data := conn.recv(1024):
                conn.sendall(f"[CONNECTION] Received {data} from {addr}".encode())
        print(f"[CONNECTION] Disconnected from {addr}")
