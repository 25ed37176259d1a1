# Sends one message, lingers, says that it has finished, and leaves.
import socket
import time
from arguments import address

host = socket.gethostbyname(socket.gethostname())
with socket.create_connection(address(host, 9797)) as client:
    client.sendall(b"Hello world!")
    time.sleep(4)
    client.shutdown(socket.SHUT_WR)
