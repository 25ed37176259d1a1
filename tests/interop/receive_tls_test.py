"""Program 8, the receive server over TLS: bowline's and Python's, with clients of both."""

import os
import unittest

from certificates import HOST, TlsTest
from harness import BOWLINE, PYTHON
from wire import connect, is_ended, reset

NAME = "receive_server_tls"


class ReceiveTls(TlsTest):
    def setUp(self):
        super().setUp()
        # The programs find their certificate where they are started.
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def test_clients_of_both_kinds_are_received_one_after_another(self):
        for kind in (BOWLINE, PYTHON):
            with self.subTest(kind):
                server, port = self.start_server(kind, NAME)
                with self.connect_tls(port) as peer:
                    peer.sendall(b"Hello, server!")
                    self.assertTrue(is_ended(peer))
                self.assertEqual(server.stdout.line(), "Received data: Hello, server!")
                self.ask(f"tls://{HOST}:{port}", "again", *self.trust)
                self.assertEqual(server.stdout.line(), "Received data: again")

    def test_a_client_that_fails_ends_no_other(self):
        server, port = self.start_server(BOWLINE, NAME)
        with connect(port) as plain:
            plain.sendall(b"no TLS")
            plain.recv(1000)
        reset(connect(port))
        with self.connect_tls(port) as peer:
            peer.sendall(b"x" * 3000)
            self.assertEqual(server.stdout.line(), "Received data: " + "x" * 1024)


if __name__ == "__main__":
    unittest.main()
