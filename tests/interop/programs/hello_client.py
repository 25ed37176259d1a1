# Says hello and leaves.
import socket
from arguments import address

host, port = address("localhost", 65432)
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))
client.sendall(b"Hello, server!")
client.close()
