"""Datagrams: the examples and the command against Python's sockets, both ways."""

import os
import socket
import tempfile
import threading
import unittest

from harness import BOWLINE, ProgramTest

WAIT = 10


def udp_socket(family=socket.AF_INET, host="127.0.0.1"):
    """A bound socket with a time limit."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.settimeout(WAIT)
    made.bind((host, 0))
    return made


def exchange(sock, message, address):
    sock.sendto(message, address)
    return sock.recvfrom(70000)


def udp_port(output):
    """Gives the port that a server says it listens at."""
    return int(output.find(r"istening on udp://127\.0\.0\.1:(\d+)").group(1))


class UdpExamples(ProgramTest):
    def test_the_server_echoes_what_python_sends(self):
        server = self.start(BOWLINE, "udp_echo_server", "udp://127.0.0.1:0")
        address = ("127.0.0.1", udp_port(server.stdout))
        with udp_socket() as one, udp_socket() as other:
            for message in (b"hello", b"", os.urandom(1400), os.urandom(65507)):
                for sock in (one, other):
                    self.assertTrue(exchange(sock, message, address) == (message, address))

    def test_the_client_asks_a_python_server(self):
        with udp_socket() as server:
            client = self.start(BOWLINE, "udp_echo_client", "127.0.0.1", server.getsockname()[1])
            message, address = server.recvfrom(100)
            self.assertEqual(message, b"Hello, server!")
            server.sendto(b"welcome", address)
            self.assertEqual(client.stdout.rest(), ["Received welcome"])
            self.assertEqual(client.exit_code(), 0)

    def test_the_client_explains_that_nobody_is_there(self):
        with udp_socket() as probe:
            port = probe.getsockname()[1]
        client = self.start(BOWLINE, "udp_echo_client", "127.0.0.1", port)
        self.assertEqual(client.exit_code(), 1)
        self.assertIn(b"connection refused: nothing is listening there", client.stderr.all())


class UdpCommand(ProgramTest):
    def serve(self, service, url):
        return self.command("serve", service, "--listen", url)

    def test_services_of_streams_serve_datagrams(self):
        server = self.serve("ack", "udp://127.0.0.1:0")
        address = ("127.0.0.1", udp_port(server.stderr))
        with udp_socket() as one, udp_socket() as other:
            self.assertEqual(exchange(one, b"hello", address)[0], b"accepted")
            self.assertEqual(exchange(other, b"close", address)[0], b"closed")
            self.assertEqual(exchange(other, b"again", address)[0], b"accepted")

    def test_unix_datagrams_are_served(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/echo"
            server = self.serve("echo", f"unixgram:{path}")
            server.stderr.find("listening on unixgram:")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
                client.settimeout(WAIT)
                client.bind("")  # a name of the system's choice, for the answer
                self.assertEqual(exchange(client, b"hello", path), (b"hello", path))

    def test_connect_sends_a_datagram_for_each_line(self):
        with udp_socket() as server:
            port = server.getsockname()[1]
            client = self.command("connect", f"udp://127.0.0.1:{port}")
            client.type("one\ntwo\nlast")
            client.type_end()
            got = []
            for _ in range(3):
                message, address = server.recvfrom(100)
                got.append(message)
                server.sendto(b"<" + message + b">", address)
            self.assertEqual(got, [b"one\n", b"two\n", b"last"])
            self.assertEqual(client.stdout.all(), b"<one\n><two\n><last>")
            self.assertEqual(client.exit_code(), 0)

    def test_bench_counts_what_is_lost_and_ends(self):
        with udp_socket() as server:
            over = threading.Event()
            thread = threading.Thread(target=self.lose_every_tenth, args=(server, over))
            thread.start()
            try:
                client = self.command("bench", f"udp://127.0.0.1:{server.getsockname()[1]}", "-n",
                                      50, "-c", 1, "--json")
                self.assertEqual(client.exit_code(), 0)
            finally:
                over.set()
                thread.join()
        self.assertIn(b'"lost":5', client.stdout.all())

    @staticmethod
    def lose_every_tenth(server, over):
        server.settimeout(0.1)
        count = 0
        while not over.is_set():
            try:
                message, address = server.recvfrom(1000)
            except TimeoutError:
                continue
            count += 1
            if count % 10:
                server.sendto(message, address)


if __name__ == "__main__":
    unittest.main()
