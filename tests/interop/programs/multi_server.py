# Echoes to many clients from one thread: it reads from a client only when nothing waits to be sent.
import selectors
import socket
import types
from arguments import address

sel = selectors.DefaultSelector()


def accept(listener, data, mask):
    conn, addr = listener.accept()
    print(f"Accepted connection from {addr}")
    conn.setblocking(False)
    sel.register(conn, selectors.EVENT_READ, types.SimpleNamespace(addr=addr, outb=b""))


def serve(conn, data, mask):
    try:
        if mask & selectors.EVENT_READ:
            data.outb = conn.recv(1024)
        else:
            print(f"Echoing {data.outb!r} to {data.addr}")
            data.outb = data.outb[conn.send(data.outb):]
    except ConnectionError:
        mask, data.outb = selectors.EVENT_READ, b""
    if data.outb or mask & selectors.EVENT_WRITE:
        sel.modify(conn, selectors.EVENT_WRITE if data.outb else selectors.EVENT_READ, data)
    else:
        print(f"Closing connection to {data.addr}")
        sel.unregister(conn)
        conn.close()


listener = socket.create_server(address())
print(f"Listening on {listener.getsockname()}")
listener.setblocking(False)
sel.register(listener, selectors.EVENT_READ)
try:
    while True:
        for key, mask in sel.select():
            callback = accept if key.data is None else serve
            callback(key.fileobj, key.data, mask)
except KeyboardInterrupt:
    print("Caught keyboard interrupt, exiting")
