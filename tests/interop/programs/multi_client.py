# Many connections at once from one thread; each is closed when both its messages came back.
import selectors
import socket
import sys
import types
from arguments import address

MESSAGES = [b"Message 1 from client.", b"Message 2 from client."]
sel = selectors.DefaultSelector()


def start_connections(server, count):
    for number in range(1, count + 1):
        print(f"Starting connection {number} to {server}")
        conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        conn.setblocking(False)
        conn.connect_ex(server)
        data = types.SimpleNamespace(number=number, unsent=MESSAGES.copy(), outb=b"", received=0)
        sel.register(conn, selectors.EVENT_READ | selectors.EVENT_WRITE, data)


def serve(conn, data, mask):
    if mask & selectors.EVENT_READ:
        received = conn.recv(1024)
        if received:
            print(f"Received {received!r} from connection {data.number}")
        data.received += len(received)
        if not received or data.received == sum(map(len, MESSAGES)):
            return close(conn, data)
    if mask & selectors.EVENT_WRITE:
        if not data.outb and data.unsent:
            data.outb = data.unsent.pop(0)
            print(f"Sending {data.outb!r} to connection {data.number}")
        sent = conn.send(data.outb)
        data.outb = data.outb[sent:]
        if not data.outb and not data.unsent:
            sel.modify(conn, selectors.EVENT_READ, data)


def close(conn, data):
    print(f"Closing connection {data.number}")
    sel.unregister(conn)
    conn.close()


start_connections(address(), int(sys.argv[3]))
while sel.get_map():
    for key, mask in sel.select():
        serve(key.fileobj, key.data, mask)
sel.close()
