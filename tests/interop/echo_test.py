"""The echo programs: one client gets everything back until its end of stream."""

import os
import re
import unittest

from harness import ADDR, BOWLINE, ProgramTest, pairs
from wire import ALL_BYTES, MIB, connect, exchange, refusing, reset


class EchoPrograms(ProgramTest):
    def test_a_client_gets_its_message_back(self):
        for name, server_kind, client_kind in pairs("echo_server"):
            with self.part(name, server_kind, client_kind):
                server, port = self.start_server(server_kind, name)
                client = self.start(client_kind, "echo_client", "127.0.0.1", port)
                self.assertEqual(client.stdout.rest(), ["Received Hello, server!"])
                self.assertEqual(client.exit_code(), 0)
                self.check_lines(server.stdout.rest(),
                                 f"Server listening on 127.0.0.1:{port}", f"Connected by {ADDR}")
                self.assertEqual(server.exit_code(), 0)


    def test_an_address_is_two_words_or_one(self):
        for place in (("127.0.0.1", "0"), ("127.0.0.1:0",), ("tcp://127.0.0.1:0",)):
            with self.subTest(place):
                server = self.start(BOWLINE, "echo_server", *place)
                there = [re.sub(r"\b0$", str(server.port()), word) for word in place]
                client = self.start(BOWLINE, "echo_client", *there)
                self.assertEqual(client.stdout.rest(), ["Received Hello, server!"])


class EchoServer(ProgramTest):
    """bowline's server against clients of all habits."""

    def check_echo(self, message, piece_size):
        """Fails unless all comes back after a half close, and the server then ends well."""
        server, port = self.start_server(BOWLINE, "echo_server")
        with connect(port) as peer:
            self.assertTrue(exchange(peer, message, piece_size) == message)
            addr = re.escape(str(peer.getsockname()))
        self.check_lines(server.stdout.rest()[1:], f"Connected by {addr}")
        self.assertEqual(server.exit_code(), 0)

    def test_bytes_that_come_one_by_one_are_echoed(self):
        self.check_echo(ALL_BYTES, piece_size=1)

    def test_a_mebibyte_is_echoed(self):
        self.check_echo(os.urandom(MIB), piece_size=100_000)

    def test_nothing_is_echoed_as_nothing(self):
        self.check_echo(b"", piece_size=1)

    def test_a_reset_ends_the_server_and_is_explained(self):
        server, port = self.start_server(BOWLINE, "echo_server")
        peer = connect(port)
        server.stdout.find("^Connected by ")
        reset(peer)
        if server.exit_code() != 0:
            self.assertIn(b"reset", server.stderr.all())


class Refused(ProgramTest):
    def test_a_refused_client_says_why_and_fails(self):
        with refusing() as port:
            for name in ("ack_client", "hello_client", "echo_client", "report_client"):
                with self.subTest(name):
                    client = self.start(BOWLINE, name, "127.0.0.1", port)
                    self.assertNotEqual(client.exit_code(), 0)
                    self.assertIn(b"connection refused", client.stderr.all().lower())


if __name__ == "__main__":
    unittest.main()
