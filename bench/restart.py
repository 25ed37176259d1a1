#!/usr/bin/env python3
"""Restarts `bowline serve` under load, and counts the clients that noticed.

Clients come at a steady pace, whatever happens to those before them: each connects, sends one
message, reads the answer and closes. Meanwhile the server is restarted with SIGUSR2 again and
again. A client is refused when connecting fails, and lost when the whole answer does not come. One
that says nothing for a quarter of a second after it began to connect, because this machine kept it
from running, is counted apart: a server that drains ends who is silent for half a second.

    bench/restart.py
    bench/restart.py --rate 5000 --restarts 50 --backend epoll
"""

import argparse
import collections
import errno
import multiprocessing
import os
import pathlib
import random
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BACKENDS = ("epoll", "io_uring")
MESSAGE = b"m" * 64
ANSWER_MAX = 15  # seconds a client waits
SPEAKS_WITHIN = 0.25
READY_MAX = 30  # seconds for a server
# Of ip(7): the port is chosen when it connects, so that one port serves for several peers.
IP_BIND_ADDRESS_NO_PORT = 24


def main():
    options = read_options()
    good = True
    for backend in options.backend.split(","):
        found = measure(options, backend)
        print(line(backend, options, found), flush=True)
        good = good and not found["refused"] and not found["lost"]
    return 0 if good else 1


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=2000, help="connections a second")
    parser.add_argument("--restarts", type=int, default=12)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between restarts")
    parser.add_argument("--processes", type=int, default=4, help="that make the load")
    parser.add_argument("--threads", type=int, default=2, help="of the server")
    parser.add_argument("--backend", default=",".join(BACKENDS))
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    return parser.parse_args()


def line(backend, options, found):
    """Gives the results as text."""
    return (f"{backend}: {found['restarts']} restarts, {found['served']} connections served at "
            f"{found['served'] / found['seconds']:.0f} a second (due: {options.rate:.0f}), "
            f"{found['refused']} refused, {found['lost']} lost, {found['late']} kept silent; "
            f"an answer took {found['median_ms']:.1f} ms, at most {found['max_ms']:.0f} ms"
            + "".join(f"; {why}: {count}" for why, count in found["why"].items()))


def measure(options, backend):
    """Gives what the clients saw of one server and its successors."""
    with tempfile.TemporaryDirectory() as folder, Server(options, backend, folder) as server:
        ending = multiprocessing.Event()
        pipes, processes = [], []
        for index in range(options.processes):
            ours, theirs = multiprocessing.Pipe(duplex=False)
            work = (server.port, index, options.rate / options.processes, ending, theirs)
            processes.append(multiprocessing.Process(target=load, args=work))
            processes[-1].start()
            pipes.append(ours)
        for _ in range(options.restarts):
            time.sleep(options.pause)
            server.restart()
        time.sleep(options.pause)
        ending.set()
        parts = [pipe.recv() for pipe in pipes]
        for process in processes:
            process.join()
        return {**summary(parts), "restarts": options.restarts}


def summary(parts):
    """Gives the sums of what each process counted."""
    counts, why = collections.Counter(), collections.Counter()
    times = sorted(one for part in parts for one in part["times"])
    for part in parts:
        counts.update(part["counts"])
        why.update(part["why"])
    return {"refused": 0, "lost": 0, "late": 0, **counts, "why": why,
            "seconds": max(part["seconds"] for part in parts),
            "median_ms": times[len(times) // 2] * 1000, "max_ms": times[-1] * 1000}


class Server:
    """`bowline serve`, and what follows it: known by what a service manager is told."""

    def __init__(self, options, backend, folder):
        self._heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._heard.bind(f"{folder}/notify")
        self._heard.settimeout(READY_MAX)
        command = [options.build / "bin" / "bowline", "serve", "echo", "--quiet", "--backend",
                   backend, "--listen", "tcp://127.0.0.1:0", "--threads", str(options.threads)]
        environment = {**os.environ, "NOTIFY_SOCKET": f"{folder}/notify"}
        self._first = subprocess.Popen(command, env=environment)
        self._process = self._first.pid
        status = self._hear("STATUS=Listening on ")
        self.port = int(status.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ended = os.pidfd_open(self._process)
        os.kill(self._process, signal.SIGTERM)
        wait_for_end(ended)
        self._first.wait()
        self._heard.close()

    def restart(self):
        """Has a new process take over, and waits until the old one has ended."""
        ended = os.pidfd_open(self._process)
        os.kill(self._process, signal.SIGUSR2)
        self._process = int(self._hear("MAINPID="))
        wait_for_end(ended)

    def _hear(self, name):
        """Gives what is said after `name`."""
        while True:
            for one in self._heard.recv(4096).decode().splitlines():
                if one.startswith(name):
                    return one[len(name):]


def wait_for_end(process):
    """Waits until a process, of which this is the descriptor, has ended."""
    if not select.select([process], [], [], READY_MAX)[0]:
        raise TimeoutError("a server did not end")
    os.close(process)


class Client:
    """One connection, from connect to its end."""

    def __init__(self, due, source):
        self.due, self.began, self.connected, self.spoke = due, time.monotonic(), False, 0
        self.answer = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.socket.bind((source, 0))

    def begin(self, port):
        """Begins to connect; gives the number of an error."""
        result = self.socket.connect_ex(("127.0.0.1", port))
        return 0 if result == errno.EINPROGRESS else result

    def speak(self):
        """Sends the message, now that it is connected or has failed to; gives the error."""
        result = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if result == 0:
            self.connected = True
            self.socket.sendall(MESSAGE)
            self.spoke = time.monotonic()
        return result

    def hear(self):
        """Reads; true when all is there. Raises ConnectionError when no more will come."""
        part = self.socket.recv(len(MESSAGE))
        if not part:
            raise ConnectionAbortedError(errno.ECONNABORTED, "ended before the answer")
        self.answer += part
        return len(self.answer) >= len(MESSAGE)


class Load:
    """Clients at a steady pace, as many at a time as it takes."""

    def __init__(self, port, source):
        self._port, self._source = port, source
        self._selector = selectors.DefaultSelector()
        self.counts, self.why, self.times = collections.Counter(), collections.Counter(), []

    def busy(self):
        """Are there any left?"""
        return bool(self._selector.get_map())

    def add(self, due):
        """Begins a client that is due at that time."""
        client = Client(due, self._source)
        if error := client.begin(self._port):
            self._fail(client, "refused", os.strerror(error))
            return
        self._selector.register(client.socket, selectors.EVENT_WRITE, client)

    def turn(self, wait):
        """Lets those go on that can."""
        for key, _ in self._selector.select(wait):
            try:
                self._go_on(key.data)
            except OSError as error:
                self._fail(key.data, "lost", error.strerror)

    def give_up(self):
        """Those that wait for too long are lost."""
        limit = time.monotonic() - ANSWER_MAX
        for key in list(self._selector.get_map().values()):
            if key.data.due < limit:
                self._fail(key.data, "lost" if key.data.connected else "refused", "no answer")

    def _go_on(self, client):
        if not client.connected:
            if error := client.speak():
                self._fail(client, "refused", os.strerror(error))
            else:
                self._selector.modify(client.socket, selectors.EVENT_READ, client)
        elif client.hear():
            if client.answer == MESSAGE:
                self.counts["served"] += 1
                self.times.append(time.monotonic() - client.due)
                self._end(client)
            else:
                self._fail(client, "lost", "another's answer")

    def _fail(self, client, what, why):
        silence = (client.spoke or time.monotonic()) - client.began
        if what == "lost" and silence > SPEAKS_WITHIN:
            what = "late"
        self.counts[what] += 1
        self.why[f"{what}, {why}"] += 1
        self._end(client)

    def _end(self, client):
        if client.socket in self._selector.get_map():
            self._selector.unregister(client.socket)
        client.socket.close()


def load(port, index, rate, ending, pipe):
    """The work of one process that makes load: sends what it counted through `pipe`."""
    clients = Load(port, f"127.0.1.{index + 1}")
    begin = time.monotonic()
    due = begin + random.random() / rate
    while not ending.is_set():
        now = time.monotonic()
        while due <= now:
            clients.add(due)
            due += 1 / rate
        clients.turn(max(0, due - time.monotonic()))
        clients.give_up()
    seconds = time.monotonic() - begin
    while clients.busy():
        clients.turn(1)
        clients.give_up()
    pipe.send({"counts": clients.counts, "why": clients.why, "times": clients.times,
               "seconds": seconds})


if __name__ == "__main__":
    sys.exit(main())
