"""The ack programs: every chunk is a request, answered `accepted`, until one says `close`."""

import socket
import unittest

from harness import BOWLINE, IP_PORT, ProgramTest, pairs
from wire import ask, connect, crowd, is_ended, receive_to_end, reset

SINGLE, THREADS = "ack_server_single", "ack_server_threads"
SERVERS = (SINGLE, THREADS)
CLOSED = {SINGLE: "Connection to client closed",
          THREADS: rf"Connection to client \({IP_PORT}\) closed"}
ACCEPTED, CLOSING = b"accepted", b"closed"


class AckPrograms(ProgramTest):
    def test_a_client_talks_until_it_says_close(self):
        for name, server_kind, client_kind in pairs(*SERVERS):
            with self.part(name, server_kind, client_kind):
                server, port = self.start_server(server_kind, name)
                client = self.start(client_kind, "ack_client", "127.0.0.1", port)
                client.type("hello\nhéllo wörld ✓\nClOsE\n")
                self.check_lines(client.stdout.rest(),
                                 *["Enter message: Received: accepted"] * 2,
                                 "Enter message: Connection to server closed")
                self.assertEqual(client.exit_code(), 0)
                self.check_lines(server.stdout.lines(5),
                                 f"Listening on 127.0.0.1:{port}",
                                 f"Accepted connection from {IP_PORT}",
                                 "Received: hello",
                                 "Received: héllo wörld ✓",
                                 CLOSED[name])

    def test_a_single_server_ends_with_its_client(self):
        server, port = self.start_server(BOWLINE, SINGLE)
        with connect(port) as peer:
            self.assertEqual(ask(peer, b"close", len(CLOSING)), CLOSING)
        self.assertEqual(server.exit_code(), 0)
        self.assertEqual(server.stdout.rest()[2:], ["Connection to client closed"])

    def test_a_long_message_is_cut_at_1024_bytes(self):
        for name, server_kind, client_kind in pairs(*SERVERS):
            with self.part(name, server_kind, client_kind):
                server, port = self.start_server(server_kind, name)
                client = self.start(client_kind, "ack_client", "127.0.0.1", port)
                client.type("x" * 3000 + "\nclose\n")
                self.assertEqual(client.exit_code(), 0)
                self.assertEqual(server.stdout.lines(3)[2], "Received: " + "x" * 1024)


class AckServers(ProgramTest):
    """bowline's servers against clients that behave badly."""

    def test_every_byte_that_comes_alone_is_a_request(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    for letter in b"close":
                        self.assertEqual(ask(peer, bytes([letter]), len(ACCEPTED)), ACCEPTED)
                    self.assertEqual(ask(peer, b"close", len(CLOSING)), CLOSING)
                    self.assertTrue(is_ended(peer))
                self.check_lines(server.stdout.lines(8)[2:],
                                 *[f"Received: {letter}" for letter in "close"], CLOSED[name])

    def test_a_half_close_ends_the_connection_after_the_answers(self):
        for name in SERVERS:
            with self.subTest(name):
                server, port = self.start_server(BOWLINE, name)
                with connect(port) as peer:
                    peer.sendall(b"bye")
                    peer.shutdown(socket.SHUT_WR)
                    self.assertEqual(receive_to_end(peer), ACCEPTED)
                self.check_lines(server.stdout.lines(4)[2:], "Received: bye", CLOSED[name])

    def test_a_reset_is_reported_and_others_are_served(self):
        server, port = self.start_server(BOWLINE, THREADS)
        with connect(port) as other:
            failing = connect(port)
            address = "{}:{}".format(*failing.getsockname())
            ask(failing, b"hello", len(ACCEPTED))
            reset(failing)
            server.stdout.find(r"^Error when handling client: .")
            server.stdout.find(rf"^Connection to client \({address}\) closed$")
            self.assertEqual(ask(other, b"still here", len(ACCEPTED)), ACCEPTED)
        with connect(port) as later:
            self.assertEqual(ask(later, b"Close", len(CLOSING)), CLOSING)

    def test_bytes_that_are_not_text_do_not_end_the_server(self):
        server, port = self.start_server(BOWLINE, THREADS)
        with connect(port) as peer:
            address = "{}:{}".format(*peer.getsockname())
            peer.sendall(b"\xff\xfe")
            peer.shutdown(socket.SHUT_WR)
            receive_to_end(peer)
        server.stdout.find(rf"^Connection to client \({address}\) closed$")
        with connect(port) as later:
            self.assertEqual(ask(later, b"hello", len(ACCEPTED)), ACCEPTED)

    def test_200_clients_are_served_at_once(self):
        server, port = self.start_server(BOWLINE, THREADS)
        with crowd(port, 200) as peers:
            addresses = ["{}:{}".format(*peer.getsockname()) for peer in peers]
            for number, peer in enumerate(peers):
                peer.sendall(f"client {number}".encode())
            for peer in peers:
                self.assertEqual(ask(peer, b"", len(ACCEPTED)), ACCEPTED)
            for peer in reversed(peers):
                self.assertEqual(ask(peer, b"close", len(CLOSING)), CLOSING)
        self.assertEqual(
            sorted(server.stdout.lines(601)[1:]),
            sorted([f"Accepted connection from {address}" for address in addresses]
                   + [f"Received: client {number}" for number in range(200)]
                   + [f"Connection to client ({address}) closed" for address in addresses]))


if __name__ == "__main__":
    unittest.main()
