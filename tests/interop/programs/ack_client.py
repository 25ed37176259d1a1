# Sends what is typed, one message at a time, and shows the answers until one is `closed`.
import socket
from arguments import address


def run_client():
    server_ip, server_port = address("127.0.0.1", 8000)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((server_ip, server_port))
    while True:
        message = input("Enter message: ")
        client.send(message.encode("utf-8")[:1024])
        response = client.recv(1024)
        response = response.decode("utf-8")
        if response.lower() == "closed":
            break
        print(f"Received: {response}")
    client.close()
    print("Connection to server closed")


run_client()
