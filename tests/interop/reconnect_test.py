"""`bowline connect --reconnect` while its server is killed and comes back."""

import signal
import unittest

from harness import BOWLINE, ProgramTest
from wire import refusing, serving


def forbid(peer):
    """Refuses a WebSocket as a server that wants a login does."""
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


class Reconnect(ProgramTest):
    def serve(self, scheme, port=0):
        """Starts bowline's echo server; gives (program, its port)."""
        server = self.command("serve", "echo", "--listen", f"{scheme}://127.0.0.1:{port}")
        return server, server.port()

    def connect(self, url, *options):
        """Starts `bowline connect --reconnect`, with short waits."""
        return self.command("connect", "--reconnect", "--retry-wait", "100ms", url, *options)

    def check_comes_back(self, scheme):
        """Fails unless what is typed before, during and after two restarts comes back, in order."""
        server, port = self.serve(scheme)
        client = self.connect(f"{scheme}://127.0.0.1:{port}")
        client.stderr.find("^connected to ")
        client.type("before\n")
        self.assertEqual(client.stdout.line(), "before")
        for part in range(2):
            server.stop()
            client.stderr.find(r"; trying again in \d")
            for number in range(3):
                client.type(f"{part}.{number}\n")
            client.stderr.find("connection refused; trying again in .*; 3 messages wait$")
            server, _ = self.serve(scheme, port)
            client.stderr.find("^connected to .*; 3 messages wait$")
            self.assertEqual(client.stdout.lines(3), [f"{part}.{number}" for number in range(3)])
        client.type("after")
        client.type_end()
        self.assertEqual(client.exit_code(), 0)
        self.assertEqual(client.stdout.rest(), ["after"])

    def test_it_comes_back_over_tcp(self):
        self.check_comes_back("tcp")

    def test_it_comes_back_over_websocket(self):
        self.check_comes_back("ws")

    def test_it_reads_no_more_than_may_wait(self):
        with refusing() as port:
            client = self.connect(f"tcp://127.0.0.1:{port}")
            client.type("line\n" * 2000)
            client.stderr.find("^1000 messages wait; no more is read until some have gone$")
            client.interrupt()
            self.assertEqual(client.exit_code(), 128 + signal.SIGINT)

    def test_it_gives_up_when_it_is_told_to(self):
        with refusing() as port:
            client = self.connect(f"tcp://127.0.0.1:{port}", "--retry-max", 3)
            self.assertEqual(client.exit_code(), 1)
            why = rf"connect to tcp://127\.0\.0\.1:{port}: connection refused"
            self.check_lines(client.stderr.rest(), *[rf"{why}; trying again in 0\.\d s"] * 2,
                             f"error: {why}; gave up after 3 times")

    def test_it_does_not_try_again_what_is_final(self):
        with serving(forbid) as port:
            client = self.connect(f"ws://127.0.0.1:{port}/")
            self.assertEqual(client.exit_code(), 1)
            self.check_lines(client.stderr.rest(), "error: .*the server answered 403 Forbidden")

    def test_it_ends_after_so_many_messages(self):
        _, port = self.serve("tcp")
        client = self.connect(f"tcp://127.0.0.1:{port}", "--count", 2, "--quiet")
        client.type("one\ntwo\nthree\n")
        self.assertEqual(client.exit_code(), 0)
        self.assertEqual(client.stdout.rest(), ["one", "two"])
        self.assertEqual(client.stderr.rest(), [])

    def test_the_example_loses_nothing(self):
        server, port = self.serve("tcp")
        client = self.start(BOWLINE, "reconnecting_client", "127.0.0.1", port)
        client.stdout.find("^Received 1$")
        server.stop()
        client.stdout.find("connection refused$")
        self.serve("tcp", port)
        for number in range(2, 6):
            client.stdout.find(f"^Received {number}$")
        self.assertEqual(client.exit_code(), 0)

    def test_the_example_of_a_pool_asks_over_few_connections(self):
        server, port = self.serve("tcp")
        client = self.start(BOWLINE, "pooled_client", "127.0.0.1", port)
        self.assertEqual(client.exit_code(), 0)
        answers = [f"{number} -> {number}" for number in range(1, 21)]
        self.assertEqual(sorted(client.stdout.rest()), sorted(answers))

    def test_it_is_for_connections(self):
        client = self.connect("udp://127.0.0.1:9")
        self.assertEqual(client.exit_code(), 2)
        self.assertIn("datagrams have none", client.stderr.line())


if __name__ == "__main__":
    unittest.main()
