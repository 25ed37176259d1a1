# The ack service with a thread per client; what goes wrong with one never ends the server.
import socket
import threading
from arguments import address, print


def handle_client(client, ip, port):
    try:
        while request := client.recv(1024).decode("utf-8"):
            if request.lower() == "close":
                client.send("closed".encode("utf-8"))
                break
            print(f"Received: {request}")
            client.send("accepted".encode("utf-8"))
    except Exception as error:
        print(f"Error when handling client: {error}")
    finally:
        client.close()
        print(f"Connection to client ({ip}:{port}) closed")


def run_server():
    server_ip, server_port = address("127.0.0.1", 8000)
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.bind((server_ip, server_port))
        server.listen()
        ip, port = server.getsockname()
        print(f"Listening on {ip}:{port}")
        while True:
            client, (ip, port) = server.accept()
            print(f"Accepted connection from {ip}:{port}")
            thread = threading.Thread(target=handle_client, args=(client, ip, port))
            thread.start()
    except Exception as error:
        print(f"Error: {error}")
    finally:
        server.close()


run_server()
