#!/usr/bin/env python3
"""A well-behaved client of an echo server: one connection, a line of 64 bytes there and back, then
a pause. For each line on its input it prints the latencies since the last one, in microseconds, as
a list in JSON.

    bench/visitor.py PORT
"""

import json
import queue
import socket
import sys
import threading
import time

HOST = "127.0.0.1"
LINE = b"x" * 63 + b"\n"
PAUSE = 0.004
PATIENCE = 20


def main(port):
    asked = queue.SimpleQueue()
    threading.Thread(target=read_input, args=(asked,), daemon=True).start()
    with socket.create_connection((HOST, port), PATIENCE, ("127.0.0.2", 0)) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        times = []
        while True:
            times.append(round_trip(server))
            time.sleep(PAUSE)
            if asked.empty():
                continue
            if not asked.get():
                return
            print(json.dumps(times), flush=True)
            times = []


def read_input(asked):
    """Hands on that a line came, and that no more will."""
    for _ in sys.stdin:
        asked.put(True)
    asked.put(False)


def round_trip(server):
    """Gives the microseconds that one line takes. Raises OSError."""
    begin = time.perf_counter()
    server.sendall(LINE)
    answer = b""
    while len(answer) < len(LINE):
        part = server.recv(len(LINE))
        if not part:
            raise ConnectionError("the server closed on a client that did no wrong")
        answer += part
    if answer != LINE:
        raise ConnectionError("another line came back")
    return (time.perf_counter() - begin) * 1e6


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except OSError as failure:
        sys.exit(str(failure))
