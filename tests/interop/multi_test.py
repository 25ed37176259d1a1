"""The multi programs: many connections at once from one thread, each echoed."""

import ast
import collections
import contextlib
import os
import re
import socket
import unittest

from harness import ADDR, BOWLINE, WAIT_MAX, ProgramTest, pairs
from wire import (ALL_BYTES, MIB, connect, crowd, echo_by_bytes, exchange, is_ended,
                  receive_exactly, reset, serving)

MESSAGES = (b"Message 1 from client.", b"Message 2 from client.")


def joined(lines, pattern):
    """Gives, for each key, the bytes of all REPR in its lines; `pattern` names `repr` and `key`."""
    parts = collections.defaultdict(bytes)
    for match in filter(None, (re.fullmatch(pattern, line) for line in lines)):
        parts[match["key"]] += ast.literal_eval(match["repr"])
    return dict(parts)


class MultiPrograms(ProgramTest):
    def check_client(self, client, port, count):
        """Fails unless the client printed the whole story of each connection."""
        lines = client.stdout.rest()
        self.assertEqual(client.exit_code(), 0)
        numbers = [str(number) for number in range(1, count + 1)]
        server = ("127.0.0.1", port)
        self.assertEqual([line for line in lines if line.startswith("Starting ")],
                         [f"Starting connection {number} to {server}" for number in numbers])
        self.assertEqual(sorted(line for line in lines if line.startswith("Closing ")),
                         sorted(f"Closing connection {number}" for number in numbers))
        whole = dict.fromkeys(numbers, b"".join(MESSAGES))
        sent = joined(lines, r"Sending (?P<repr>.+) to connection (?P<key>\d+)")
        self.assertEqual(sent, whole)
        received = joined(lines, r"Received (?P<repr>.+) from connection (?P<key>\d+)")
        self.assertEqual(received, whole)
        self.assertEqual({line.partition(" ")[0] for line in lines},
                         {"Starting", "Sending", "Received", "Closing"})

    def check_server(self, server, port, count):
        """Fails unless the server printed the whole story of each connection until now."""
        lines = [server.stdout.line()]
        while sum(line.startswith("Closing ") for line in lines) < count:
            lines.append(server.stdout.line())
        self.assertEqual(lines[0], f"Listening on {('127.0.0.1', port)}")
        accepted = [line.partition(" from ")[2] for line in lines[1:]
                    if re.fullmatch(f"Accepted connection from {ADDR}", line)]
        self.assertEqual(len(set(accepted)), count)
        closed = [line.partition(" to ")[2] for line in lines if line.startswith("Closing ")]
        self.assertEqual(sorted(closed), sorted(accepted))
        echoed = joined(lines, rf"Echoing (?P<repr>.+) to (?P<key>{ADDR})")
        self.assertEqual(echoed, dict.fromkeys(accepted, b"".join(MESSAGES)))
        self.assertEqual({line.partition(" ")[0] for line in lines},
                         {"Listening", "Accepted", "Echoing", "Closing"})

    def test_a_few_and_many_connections_are_echoed(self):
        for name, server_kind, client_kind in pairs("multi_server"):
            for count in (3, 200):
                with self.part(name, server_kind, client_kind), self.subTest(count=count):
                    server, port = self.start_server(server_kind, name)
                    client = self.start(client_kind, "multi_client", "127.0.0.1", port, count)
                    self.check_client(client, port, count)
                    self.check_server(server, port, count)
                    server.interrupt()
                    self.assertEqual(server.stdout.rest(),
                                     ["Caught keyboard interrupt, exiting"])
                    self.assertEqual(server.exit_code(), 0)

    def test_a_client_takes_answers_that_come_byte_by_byte(self):
        with serving(echo_by_bytes, connections=3) as port:
            client = self.start(BOWLINE, "multi_client", "127.0.0.1", port, 3)
            self.check_client(client, port, 3)

    def test_a_client_does_not_wait_for_a_server_that_left(self):
        with serving(reset) as port:
            self.start(BOWLINE, "multi_client", "127.0.0.1", port, 1).exit_code()
        with serving(socket.socket.close) as port:
            self.start(BOWLINE, "multi_client", "127.0.0.1", port, 1).exit_code()


class MultiServer(ProgramTest):
    """bowline's server against clients of all habits."""

    def setUp(self):
        super().setUp()
        self.server, self.port = self.start_server(BOWLINE, "multi_server")

    def check_echo(self, message=b"hello", piece_size=65536):
        """Fails unless a new client gets all back after a half close; gives its address."""
        with connect(self.port) as peer:
            self.assertTrue(exchange(peer, message, piece_size) == message)
            return str(peer.getsockname())

    def test_bytes_that_come_one_by_one_are_echoed_and_shown(self):
        addr = self.check_echo(ALL_BYTES, piece_size=1)
        lines = [self.server.stdout.line()]
        while not lines[-1].startswith("Closing "):
            lines.append(self.server.stdout.line())
        self.assertEqual(lines[1], f"Accepted connection from {addr}")
        self.assertEqual(lines[-1], f"Closing connection to {addr}")
        echoed = joined(lines[2:-1], rf"Echoing (?P<repr>.+) to (?P<key>{ADDR})")
        self.assertEqual(echoed, {addr: ALL_BYTES})

    def test_a_mebibyte_is_echoed(self):
        self.check_echo(os.urandom(MIB), piece_size=100_000)

    def test_a_client_that_reads_late_holds_up_no_other_and_loses_nothing(self):
        block = os.urandom(MIB)
        sent = bytearray()
        with connect(self.port) as late:
            late.setblocking(False)
            # Ends when both directions are full, or the server took all into its own memory.
            with contextlib.suppress(BlockingIOError):
                while len(sent) < 16 * MIB:
                    start = len(sent) % MIB
                    sent += block[start:start + late.send(block[start:])]
            self.check_echo()
            late.settimeout(WAIT_MAX)
            self.assertTrue(receive_exactly(late, len(sent)) == sent)

    def test_a_reset_does_not_end_the_server(self):
        with connect(self.port) as other:
            for _ in range(3):
                reset(connect(self.port))
                failing = connect(self.port)
                failing.sendall(b"x" * 3000)
                receive_exactly(failing, 1)
                addr = re.escape(str(failing.getsockname()))
                reset(failing)
                self.server.stdout.find(f"^Closing connection to {addr}$")
            other.sendall(b"still here")
            self.assertEqual(receive_exactly(other, 10), b"still here")
        self.check_echo()

    def test_200_clients_are_echoed_at_once(self):
        with crowd(self.port, 200) as peers:
            for number, peer in enumerate(peers):
                peer.sendall(f"client {number:03}".encode())
            for number, peer in reversed(list(enumerate(peers))):
                self.assertEqual(receive_exactly(peer, 10), f"client {number:03}".encode())
            for peer in peers:
                peer.shutdown(socket.SHUT_WR)
            self.assertTrue(all(map(is_ended, peers)))

    def test_an_interrupt_ends_the_server_with_clients_connected(self):
        with connect(self.port) as peer:
            self.server.stdout.find("^Accepted ")
            self.server.interrupt()
            self.assertTrue(is_ended(peer))
        self.assertEqual(self.server.stdout.rest(), ["Caught keyboard interrupt, exiting"])
        self.assertEqual(self.server.exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
