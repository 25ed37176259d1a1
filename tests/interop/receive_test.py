"""The receive programs: one chunk of each connection is shown, then the server closes."""

import re
import socket
import unittest

from harness import ADDR, BOWLINE, ProgramTest, pairs
from wire import connect, crowd, is_ended, reset

PLAIN, THREADS, ASYNC = "receive_server", "receive_server_threads", "receive_server_async"
SERVERS = (PLAIN, THREADS, ASYNC)


def shown(name, text, addr=ADDR):
    """Gives the patterns of what the server `name` prints for one connection."""
    if name == ASYNC:
        return [rf"Received: ({re.escape(text)}|{re.escape(repr(text.encode()))})"]
    return [f"Connection from {addr}", f"Received data: {re.escape(text)}"]


def addr_of(peer):
    """Gives the pattern of a socket's own address as the server prints it."""
    return re.escape(str(peer.getsockname()))


class ReceivePrograms(ProgramTest):
    def test_clients_are_received_one_after_another(self):
        for name, server_kind, client_kind in pairs(*SERVERS):
            with self.part(name, server_kind, client_kind):
                server, port = self.start_server(server_kind, name)
                for _ in range(2):
                    client = self.start(client_kind, "hello_client", "127.0.0.1", port)
                    self.assertEqual(client.stdout.rest(), [])
                    self.assertEqual(client.exit_code(), 0)
                    awaited = shown(name, "Hello, server!")
                    self.check_lines(server.stdout.lines(len(awaited)), *awaited)


class ReceiveServers(ProgramTest):
    """bowline's servers against clients that behave badly."""

    def check_serves(self, server, name, port, text="hello"):
        """Fails unless the server shows what a new client sends, now or after other lines."""
        with connect(port) as peer:
            peer.sendall(text.encode())
            self.assertTrue(is_ended(peer))
            for pattern in shown(name, text, addr_of(peer)):
                server.stdout.find(f"^{pattern}$")

    def test_one_chunk_is_read_and_the_connection_closed(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"H")
                    self.assertTrue(is_ended(peer))
                    awaited = shown(name, "H", addr_of(peer))
                self.check_lines(server.stdout.lines(len(awaited)), *awaited)

    def test_a_chunk_has_a_greatest_size(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"x" * 3000)
                    self.assertTrue(is_ended(peer))
                size = 100 if name == ASYNC else 1024
                awaited = shown(name, "x" * size)
                self.check_lines(server.stdout.lines(len(awaited)), *awaited)

    def test_text_beyond_ascii_is_shown_as_it_is(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                self.check_serves(server, name, port, "grüß ✓")

    def test_a_half_closed_client_is_received(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"last words")
                    peer.shutdown(socket.SHUT_WR)
                    self.assertTrue(is_ended(peer))
                awaited = shown(name, "last words")
                self.check_lines(server.stdout.lines(len(awaited)), *awaited)

    def test_resets_and_silent_leavers_do_not_end_the_server(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                for _ in range(3):
                    reset(connect(port))
                    connect(port).close()
                self.check_serves(server, name, port)

    def test_bytes_that_are_not_text_do_not_end_the_server(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"\xff\x00\xfe")
                    self.assertTrue(is_ended(peer))
                self.check_serves(server, name, port)

    def test_waiting_clients_get_their_turn(self):
        server, port = self.start_server(BOWLINE, PLAIN)
        with connect(port) as first, connect(port) as second:
            second.sendall(b"second")
            first.sendall(b"first")
            self.assertTrue(is_ended(first) and is_ended(second))
            awaited = shown(PLAIN, "first", addr_of(first))
            awaited += shown(PLAIN, "second", addr_of(second))
        self.check_lines(server.stdout.lines(4), *awaited)

    def test_200_clients_are_received_at_once(self):
        for name in (THREADS, ASYNC):
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with crowd(port, 200, backlog=5) as peers:
                    addresses = [str(peer.getsockname()) for peer in peers]
                    # In reverse: each is served while those before it are silent.
                    for number, peer in reversed(list(enumerate(peers))):
                        peer.sendall(f"client {number:03}".encode())
                    self.assertTrue(all(map(is_ended, peers)))
                connected = [] if name == ASYNC else [f"Connection from {a}" for a in addresses]
                lines = sorted(server.stdout.lines(200 + len(connected)))
                self.assertEqual(lines[:len(connected)], sorted(connected))
                awaited = [shown(name, f"client {number:03}")[-1] for number in range(200)]
                self.check_lines(lines[len(connected):], *awaited)


if __name__ == "__main__":
    unittest.main()
