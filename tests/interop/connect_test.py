"""`bowline connect`: stdin goes to the peer, what comes back to stdout, and nothing else."""

import os
import socket
import tempfile
import unittest

from harness import ProgramTest
from wire import (ALL_BYTES, MIB, echo, echo_by_bytes, receive_exactly, receive_to_end, refusing,
                  reset, serving)


class Connect(ProgramTest):
    def connect(self, port, *options):
        """Starts `bowline connect` to a port of 127.0.0.1."""
        return self.command("connect", f"tcp://127.0.0.1:{port}", *options)

    def check_echo(self, client, message):
        """Fails unless what is piped in comes out again, alone, and the client ends well."""
        client.type(message)
        client.type_end()
        self.assertTrue(client.stdout.all() == message)
        self.assertEqual(client.exit_code(), 0)
        self.assertEqual(client.stderr.all(), b"")

    def test_everything_piped_in_comes_back(self):
        for size, message in enumerate((b"", b"\n", b"no newline", ALL_BYTES, os.urandom(MIB))):
            with self.subTest(size), serving(echo) as port:
                self.check_echo(self.connect(port), message)

    def test_answers_may_come_byte_by_byte(self):
        with serving(echo_by_bytes) as port:
            self.check_echo(self.connect(port), ALL_BYTES)

    def test_a_unix_socket_is_a_peer_like_any_other(self):
        with tempfile.TemporaryDirectory() as folder:
            for url, path in ((f"unix:{folder}/echo", f"{folder}/echo"),
                              (f"unix:@bowline-{os.getpid()}", f"\0bowline-{os.getpid()}")):
                listener = socket.socket(socket.AF_UNIX)
                listener.bind(path)
                listener.listen()
                with self.subTest(url), serving(echo, listener):
                    self.check_echo(self.command("connect", url), ALL_BYTES)

    def test_an_answer_comes_while_stdin_is_open(self):
        with serving(echo) as port:
            client = self.connect(port)
            for line in ("hello", "again"):
                client.type(line + "\n")
                self.assertEqual(client.stdout.line(), line)
            client.type_end()
            self.assertEqual(client.exit_code(), 0)

    def test_the_end_of_stdin_half_closes_and_the_answer_is_awaited(self):
        def count(peer):
            peer.sendall(f"{len(receive_to_end(peer))} bytes\n".encode())

        with serving(count) as port:
            client = self.connect(port)
            client.type("x" * 100_000)
            client.type_end()
            self.assertEqual(client.stdout.all(), b"100000 bytes\n")
            self.assertEqual(client.exit_code(), 0)

    def test_an_answer_larger_than_any_buffer_arrives_whole(self):
        answer = os.urandom(4 * MIB)

        def give(peer):
            receive_to_end(peer)
            peer.sendall(answer)

        with serving(give) as port:
            client = self.connect(port)
            client.type_end()
            self.assertTrue(client.stdout.all() == answer)
            self.assertEqual(client.exit_code(), 0)

    def test_the_peers_end_ends_it_though_stdin_is_open(self):
        with serving(lambda peer: peer.sendall(b"bye\n")) as port:
            client = self.connect(port)
            self.assertEqual(client.stdout.all(), b"bye\n")
            self.assertEqual(client.exit_code(), 0)

    def test_a_silent_peer_is_a_timeout_that_is_explained(self):
        with serving(receive_to_end) as port:
            client = self.connect(port, "--timeout", "0.3")
            self.assertEqual(client.exit_code(), 1)
            self.assertRegex(client.stderr.all().decode(), "(?i)timed? ?out")
            self.assertEqual(client.stdout.all(), b"")

    def test_a_refused_connection_is_explained(self):
        with refusing() as port:
            client = self.connect(port)
            self.assertEqual(client.exit_code(), 1)
            message = client.stderr.all().decode()
            self.assertIn(f"127.0.0.1:{port}", message)
            self.assertIn("connection refused", message)
            self.assertIn("nothing is listening", message)

    def test_a_reset_is_explained_and_what_came_before_is_given(self):
        def serve(peer):
            peer.sendall(b"half")
            # Only what the client wrote after it shows that it has taken the answer.
            receive_exactly(peer, 1)
            reset(peer)

        with serving(serve) as port:
            client = self.connect(port)
            client.stdout.wait_for(b"half")
            client.type("x")
            self.assertEqual(client.exit_code(), 1)
            self.assertIn("reset", client.stderr.all().decode())
            self.assertEqual(client.stdout.all(), b"half")


class Usage(ProgramTest):
    def test_a_misspelt_option_is_a_usage_error_with_a_suggestion(self):
        program = self.command("connect", "tcp://127.0.0.1:1", "--timeuot", "1")
        self.assertEqual(program.exit_code(), 2)
        self.assertRegex(program.stderr.all().decode(), r"--timeuot(.|\n)*--timeout\b")

    def test_a_url_that_is_none_is_a_usage_error(self):
        program = self.command("connect", "gopher://127.0.0.1:70")
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("gopher", program.stderr.all().decode())


if __name__ == "__main__":
    unittest.main()
