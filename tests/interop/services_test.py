"""`bowline serve`: the services, over TCP and Unix sockets, against plain Python clients."""

import json
import os
import signal
import socket
import tempfile
import unittest
import urllib.parse

from harness import WAIT_MAX, ProgramTest
from wire import (ALL_BYTES, MIB, ask, connect, connect_url, crowd, exchange, is_ended,
                  receive_exactly, receive_to_end, reset)

TCP = "tcp://127.0.0.1:0"
SERVICES = ("echo", "ack", "report", "receive")


def report(chunk, addr):
    """Gives what the report service answers to one chunk from `addr`."""
    return f"[CONNECTION] Received {chunk} from {addr}".encode()


class ServeTest(ProgramTest):
    """Starts services and learns from their first lines where they listen."""

    def serve(self, service, *urls, options=()):
        """Starts `bowline serve`; gives (program, the URL it tells for each of `urls`)."""
        arguments = [word for url in urls or (TCP,) for word in ("--listen", url)]
        program = self.command("serve", service, *arguments, *options)
        return program, [program.stderr.find(r"listening on (\S+)")[1] for _ in urls or (TCP,)]

    def serve_tcp(self, service):
        """Starts a service at a free port of 127.0.0.1; gives (program, port)."""
        program, (url,) = self.serve(service)
        return program, urllib.parse.urlsplit(url).port

    def check_hello(self, service, peer):
        """Fails unless `hello`, sent by `peer`, is answered as `service` does."""
        if service == "receive":
            self.assertTrue(is_ended(peer))
            return
        awaited = {"echo": b"hello", "ack": b"accepted",
                   "report": report(b"hello", peer.getsockname())}[service]
        self.assertEqual(receive_exactly(peer, len(awaited)), awaited)

    def check_answer(self, port, request, answer):
        """Fails unless a new client gets this answer, then the end, after a half close."""
        with connect(port) as peer:
            self.assertEqual(exchange(peer, request), answer)


class Listening(ServeTest):
    def test_the_first_line_tells_the_real_port_and_the_service(self):
        for service in SERVICES:
            with self.subTest(service):
                program = self.command("serve", service, "--listen", TCP)
                line = program.stderr.line()
                self.assertIn(f"listening on tcp://127.0.0.1:{program.port()}", line)
                self.assertIn(service, line)

    def test_a_service_listens_at_several_addresses(self):
        with tempfile.TemporaryDirectory() as folder:
            asked = (TCP, TCP, f"unix:{folder}/echo", f"unix:@bowline-test-{os.getpid()}")
            _, told = self.serve("echo", *asked)
            # In which order they begin to listen is the server's affair.
            self.assertEqual(len(set(told)), 4)
            self.assertLessEqual(set(asked[2:]), set(told))
            self.assertEqual(sum(url.startswith("tcp://127.0.0.1:") for url in told), 2)
            for url in told:
                with self.subTest(url), connect_url(url) as peer:
                    self.assertEqual(exchange(peer, ALL_BYTES), ALL_BYTES)

    def test_a_path_is_free_again_after_the_service_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):
                program, (url,) = self.serve("echo", f"unix:{folder}/echo")
                with connect_url(url) as peer:
                    self.assertEqual(exchange(peer, b"hello"), b"hello")
                program.interrupt(signal.SIGTERM)
                self.assertEqual(program.exit_code(), 0)

    def test_a_used_address_is_explained(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            url = f"tcp://127.0.0.1:{other.getsockname()[1]}"
            program = self.command("serve", "echo", "--listen", url)
            self.assertEqual(program.exit_code(), 1)
            self.assertRegex(program.stderr.all().decode(), f"(?i){url}.*address.*in use")


class Stopping(ServeTest):
    def test_a_signal_stops_the_service_which_counts_its_connections(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                program, port = self.serve_tcp("echo")
                for _ in range(3):
                    self.check_answer(port, b"hello", b"hello")
                program.interrupt(number)
                self.assertEqual(program.exit_code(), 0)
                self.assertRegex(program.stderr.rest()[-1], r"\b3 connections\b")
                self.assertEqual(program.stdout.all(), b"")

    def test_a_signal_closes_open_connections(self):
        program, port = self.serve_tcp("echo")
        with connect(port) as idle, connect(port) as busy:
            self.assertEqual(ask(busy, b"hello", 5), b"hello")
            program.interrupt(signal.SIGTERM)
            self.assertEqual(program.exit_code(), 0)
            self.assertTrue(is_ended(idle) and is_ended(busy))
        self.assertRegex(program.stderr.rest()[-1], r"\b2 connections\b")

    def test_a_log_in_json_is_one_object_a_line(self):
        program = self.command("serve", "echo", "--listen", TCP, "--log", "json")
        for _ in range(2):
            self.check_answer(program.port(), b"hello", b"hello")
        program.interrupt(signal.SIGTERM)
        self.assertEqual(program.exit_code(), 0)
        lines = program.stderr.rest()
        events = [json.loads(line) for line in lines]
        self.assertTrue(all(isinstance(event, dict) for event in events), lines)
        self.assertIn("127.0.0.1", lines[0])
        self.assertIn(2, events[-1].values())


class Services(ServeTest):
    def test_echo_gives_everything_back(self):
        _, port = self.serve_tcp("echo")
        for message, piece_size in ((b"", 1), (ALL_BYTES, 1), (os.urandom(MIB), 100_000)):
            with self.subTest(size=len(message)), connect(port) as peer:
                self.assertTrue(exchange(peer, message, piece_size) == message)

    def test_ack_accepts_every_chunk_until_close(self):
        _, port = self.serve_tcp("ack")
        for word in (b"close", b"CLOSE", b"cLoSe"):
            with self.subTest(word), connect(port) as peer:
                for letter in b"close":
                    self.assertEqual(ask(peer, bytes([letter]), 8), b"accepted")
                for other in (b"hello", b"closed", b"clos", b" close", "clöse".encode(), b"\xff"):
                    self.assertEqual(ask(peer, other, 8), b"accepted")
                peer.sendall(word)
                self.assertEqual(receive_to_end(peer), b"closed")

    def test_report_tells_every_chunk_and_its_sender(self):
        _, port = self.serve_tcp("report")
        chunks = [bytes([value]) for value in range(256)] + [ALL_BYTES, b"it's", b"Hello\n"]
        with connect(port) as peer:
            for chunk in chunks:
                awaited = report(chunk, peer.getsockname())
                self.assertEqual(ask(peer, chunk, len(awaited)), awaited)

    def test_report_shows_an_ipv6_sender_in_four_members(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        _, (url,) = self.serve("report", "tcp://[::1]:0")
        with connect_url(url) as peer:
            addr = peer.getsockname()
            self.assertEqual(len(addr), 4)
            awaited = report(b"hello", addr)
            self.assertEqual(ask(peer, b"hello", len(awaited)), awaited)

    def test_receive_takes_one_chunk_and_closes(self):
        _, port = self.serve_tcp("receive")
        for chunk in (b"H", b"Hello, server!", ALL_BYTES):
            with self.subTest(chunk), connect(port) as peer:
                peer.sendall(chunk)
                self.assertEqual(receive_to_end(peer), b"")

    def test_the_stream_services_speak_over_unix_sockets(self):
        name = f"unix:@bowline-test-{os.getpid()}-"
        for service, answer in (("echo", b"hello"), ("ack", b"accepted"), ("receive", b"")):
            with self.subTest(service):
                _, (url,) = self.serve(service, name + service)
                with connect_url(url) as peer:
                    self.assertEqual(exchange(peer, b"hello"), answer)

    def test_a_half_closed_client_gets_its_answer(self):
        for service, answer in (("echo", b"bye"), ("ack", b"accepted"), ("receive", b"")):
            with self.subTest(service):
                _, port = self.serve_tcp(service)
                self.check_answer(port, b"bye", answer)
        _, port = self.serve_tcp("report")
        with connect(port) as peer:
            self.assertEqual(exchange(peer, b"bye"), report(b"bye", peer.getsockname()))

    def test_200_clients_are_served_at_once(self):
        for service in SERVICES:
            with self.subTest(service):
                program, port = self.serve_tcp(service)
                with crowd(port, 200) as peers:
                    for peer in peers:
                        peer.sendall(b"hello")
                    for peer in reversed(peers):
                        self.check_hello(service, peer)
                program.interrupt(signal.SIGTERM)
                self.assertEqual(program.exit_code(), 0)
                self.assertRegex(program.stderr.rest()[-1], r"\b200 connections\b")

    def test_resets_and_silent_leavers_do_not_end_a_service(self):
        for service in SERVICES:
            with self.subTest(service):
                _, port = self.serve_tcp(service)
                with connect(port) as other:
                    for _ in range(5):
                        reset(connect(port))
                        connect(port).close()
                        failing = connect(port)
                        failing.sendall(b"x" * 100_000)
                        reset(failing)
                    other.sendall(b"hello")
                    self.check_hello(service, other)

    def test_a_client_that_never_reads_holds_up_no_other(self):
        _, port = self.serve_tcp("echo")
        block = os.urandom(MIB)
        with connect(port) as late:
            late.settimeout(0.3)
            sent = 0
            with self.assertRaises(TimeoutError, msg="the service queues without a limit"):
                while sent < 64 * MIB:
                    sent += late.send(block[sent % MIB:])
            self.check_answer(port, b"hello", b"hello")
            late.settimeout(WAIT_MAX)
            came = receive_exactly(late, sent)
            self.assertTrue(came == (block * (sent // MIB + 1))[:sent])


class Usage(ServeTest):
    def test_a_misspelt_option_is_a_usage_error_with_a_suggestion(self):
        program = self.command("serve", "echo", "--listne", TCP)
        self.assertEqual(program.exit_code(), 2)
        message = program.stderr.all().decode()
        self.assertRegex(message, r"--listne\b")
        self.assertRegex(message, r"(?i)(did you mean|try|perhaps|maybe|similar).*--listen\b")

    def test_an_unknown_service_is_a_usage_error_with_a_suggestion(self):
        program = self.command("serve", "ecko", "--listen", TCP)
        self.assertEqual(program.exit_code(), 2)
        self.assertRegex(program.stderr.all().decode(), r"\becko\b.*\becho\b")


class Sockets(ServeTest):
    def test_sockets_shows_a_listening_server_with_its_process(self):
        program, port = self.serve_tcp("echo")
        shown = self.command("sockets", "--listening", "--json", "--port", port)
        text = shown.stdout.all().decode()
        self.assertEqual(shown.exit_code(), 0)
        rows = json.loads(text)
        self.assertEqual([row["pid"] for row in rows], [program.pid], text)
        self.assertEqual(rows[0]["local"], {"host": "127.0.0.1", "port": port})
        self.assertEqual(rows[0]["state"], "LISTEN")

    def test_sockets_shows_no_port_that_was_not_asked_for(self):
        _, port = self.serve_tcp("echo")
        other, _ = self.serve_tcp("ack")
        shown = self.command("sockets", "--listening", "--json", "--port", port)
        self.assertNotIn(other.pid, [row["pid"] for row in json.loads(shown.stdout.all())])


if __name__ == "__main__":
    unittest.main()
