"""The report programs: every chunk is answered with what it was and who sent it."""

import re
import socket
import unittest

from harness import ADDR, BOWLINE, ProgramTest, pairs
from wire import ALL_BYTES, ask, connect, crowd, is_ended, receive_to_end, reset

PLAIN, THREADS = "report_server", "report_server_threads"
SERVERS = (PLAIN, THREADS)

# Chunks for which Python chooses the quotes and escapes differently.
CHUNKS = (b"Hello world!", b"it's", b'say "hi"', b"it's \"both\"", b"\\", b"\t\r\n\0\x7f\x80\xff",
          "grüß ✓".encode(), ALL_BYTES)


def report(chunk, addr):
    """Gives the answer to one chunk from the client whose address is `addr`."""
    return f"[CONNECTION] Received {chunk} from {addr}".encode()


def session_lines(name, addr=ADDR):
    """Gives the patterns of what the server `name` prints for one connection."""
    starting = [rf"\[INFO\] Starting thread for connection {addr}"] if name == THREADS else []
    return [*starting, rf"\[CONNECTION\] Connected to {addr}",
            rf"\[CONNECTION\] Disconnected from {addr}"]


class ReportPrograms(ProgramTest):
    def test_a_client_waits_half_closes_and_leaves(self):
        # The client waits 4 s, so all pairs run at once.
        runs = []
        for name, server_kind, client_kind in pairs(*SERVERS):
            server, port = self.start_server(server_kind, name)
            client = self.start(client_kind, "report_client", "127.0.0.1", port)
            runs.append((name, server_kind, client_kind, server, port, client))
        for name, server_kind, client_kind, server, port, client in runs:
            with self.part(name, server_kind, client_kind):
                self.assertEqual(client.stdout.rest(), [])
                self.assertEqual(client.exit_code(), 0)
                awaited = [rf"\[INFO\] Listening on 127.0.0.1:{port}", *session_lines(name)]
                self.check_lines(server.stdout.lines(len(awaited)), *awaited)

    def test_a_client_sends_its_message_then_waits_then_ends(self):
        server = socket.create_server(("127.0.0.1", 0))
        with server:
            client = self.start(BOWLINE, "report_client", *server.getsockname())
            peer, _ = server.accept()
            with peer:
                self.assertEqual(peer.recv(1024), b"Hello world!")
                peer.settimeout(3)
                with self.assertRaises(TimeoutError):
                    peer.recv(1)
                peer.settimeout(None)
                self.assertEqual(peer.recv(1), b"")
            self.assertEqual(client.exit_code(), 0)


class ReportServers(ProgramTest):
    """bowline's servers against clients of all habits."""

    def check_serves(self, port):
        """Fails unless a new client is answered."""
        with connect(port) as peer:
            awaited = report(b"hello", peer.getsockname())
            self.assertEqual(ask(peer, b"hello", len(awaited)), awaited)

    def test_chunks_are_reported_as_python_shows_them(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    for chunk in CHUNKS:
                        awaited = report(chunk, peer.getsockname())
                        self.assertEqual(ask(peer, chunk, len(awaited)), awaited)
                    addr = re.escape(str(peer.getsockname()))
                awaited = session_lines(name, addr)
                self.check_lines(server.stdout.lines(1 + len(awaited))[1:], *awaited)

    def test_every_byte_that_comes_alone_is_reported(self):
        for name in SERVERS:
            with self.subTest(name):
                _, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    for value in range(256):
                        chunk = bytes([value])
                        awaited = report(chunk, peer.getsockname())
                        self.assertEqual(ask(peer, chunk, len(awaited)), awaited)

    def test_a_half_closed_client_gets_its_answer(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"bye")
                    peer.shutdown(socket.SHUT_WR)
                    self.assertEqual(receive_to_end(peer), report(b"bye", peer.getsockname()))
                awaited = session_lines(name)
                self.check_lines(server.stdout.lines(1 + len(awaited))[1:], *awaited)

    def test_a_reset_does_not_end_the_server(self):
        for name in SERVERS:
            with self.subTest(name):
                _, port = self.start_server(BOWLINE, name)
                for _ in range(3):
                    reset(connect(port))
                    failing = connect(port)
                    awaited = report(b"x", failing.getsockname())
                    self.assertEqual(ask(failing, b"x", len(awaited)), awaited)
                    reset(failing)
                self.check_serves(port)

    def test_the_plain_server_serves_one_after_another(self):
        _, port = self.start_server(BOWLINE, PLAIN)
        with connect(port) as first, connect(port) as second:
            second.sendall(b"second")
            second.shutdown(socket.SHUT_WR)
            first.sendall(b"first")
            first.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_to_end(first), report(b"first", first.getsockname()))
            self.assertEqual(receive_to_end(second), report(b"second", second.getsockname()))

    def test_200_clients_are_served_at_once(self):
        server, port = self.start_server(BOWLINE, THREADS)
        with crowd(port, 200, backlog=5) as peers:
            addresses = [str(peer.getsockname()) for peer in peers]
            for number, peer in enumerate(peers):
                peer.sendall(f"client {number}".encode())
            for number, peer in enumerate(peers):
                awaited = report(f"client {number}".encode(), peer.getsockname())
                self.assertEqual(ask(peer, b"", len(awaited)), awaited)
            for peer in peers:
                peer.shutdown(socket.SHUT_WR)
            self.assertTrue(all(map(is_ended, peers)))
        awaited = [pattern for addr in addresses
                   for pattern in session_lines(THREADS, re.escape(addr))]
        lines = server.stdout.lines(1 + len(awaited))[1:]
        self.assertEqual(sorted(map(re.escape, lines)),
                         sorted(re.escape(re.sub(r"\\(.)", r"\1", line)) for line in awaited))


if __name__ == "__main__":
    unittest.main()
