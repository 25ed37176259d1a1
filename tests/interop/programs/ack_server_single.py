# Serves one client: every chunk is a request, answered `accepted`, until one says `close`.
import socket
from arguments import address


def run_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(address("127.0.0.1", 8000))
    server.listen(0)
    ip, port = server.getsockname()
    print(f"Listening on {ip}:{port}")
    client, (ip, port) = server.accept()
    print(f"Accepted connection from {ip}:{port}")
    while request := client.recv(1024).decode("utf-8"):
        if request.lower() == "close":
            client.send("closed".encode("utf-8"))
            break
        print(f"Received: {request}")
        client.send("accepted".encode("utf-8"))
    client.close()
    print("Connection to client closed")
    server.close()


run_server()
