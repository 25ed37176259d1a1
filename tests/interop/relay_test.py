"""`bowline relay` between real servers and clients: transports, failover, drain."""

import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import ssl
import tempfile
import threading
import unittest

from certificates import HOST, TlsTest
from harness import WAIT_MAX, ProgramTest
from wire import (ALL_BYTES, MIB, ask, connect, connect_url, echo, exchange, is_ended,
                  is_reset, receive_exactly, receive_to_end, reset)

TCP = "tcp://127.0.0.1:0"
BACKENDS = ("epoll", "io_uring")


class EchoServer:
    """A Python echo server for many clients, each of which hears `name` first. Ends when asked."""

    def __init__(self, name=b"", listener=None, serve=echo):
        self._name, self._serve = name, serve
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._peers = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Stops to listen, and ends the connections."""
        for one in (self._listener, *self._peers):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self._peers.append(peer)
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer):
        with contextlib.suppress(OSError):
            peer.sendall(self._name)
            self._serve(peer)
            peer.close()


class RelayTest(ProgramTest):
    def relay(self, *arguments, listen=TCP):
        """Starts a relay; gives (program, port or path where it listens)."""
        program = self.command("relay", "--listen", listen, *arguments)
        url = program.stderr.find(r"listening on (\S+)")[1]
        return program, int(url.rpartition(":")[2]) if listen.endswith(":0") else url

    def server(self, *arguments, **options):
        """Starts a Python echo server."""
        server = EchoServer(*arguments, **options)
        self.addCleanup(server.close)
        return server

    def folder(self):
        """Gives the path of a folder that goes."""
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        return pathlib.Path(holder.name)


class Carrying(RelayTest):
    def test_bytes_pass_both_ways_between_tcp_and_unix_sockets(self):
        path = str(self.folder() / "echo")
        for backend in BACKENDS:
            with self.subTest(backend):
                self.command("serve", "echo", "--listen", f"unix:{path}.{backend}").stderr.find(
                    "listening")
                _, port = self.relay("--to", f"unix:{path}.{backend}", "--backend", backend)
                with connect(port) as peer:
                    self.assertEqual(exchange(peer, ALL_BYTES), ALL_BYTES)
                _, url = self.relay("--to", f"tcp://127.0.0.1:{port}", "--backend", backend,
                                    listen=f"unix:{path}.front.{backend}")
                with connect_url(url) as peer:
                    self.assertEqual(exchange(peer, ALL_BYTES), ALL_BYTES)

    def test_many_bytes_arrive_whole_on_each_backend(self):
        data = os.urandom(MIB) * 24
        server = self.server()
        for backend in BACKENDS:
            with self.subTest(backend):
                _, port = self.relay("--to", f"127.0.0.1:{server.port}", "--backend", backend)
                with connect(port) as peer:
                    back = exchange(peer, data, len(data))
                self.assertEqual(hashlib.sha256(back).digest(), hashlib.sha256(data).digest())

    def test_a_slow_reader_holds_up_the_sender_and_nobody_else(self):
        server = self.server()
        for backend in BACKENDS:
            with self.subTest(backend):
                program, port = self.relay("--to", f"127.0.0.1:{server.port}", "--threads", "1",
                                           "--backend", backend)
                with connect(port) as slow, connect(port) as quick:
                    slow.settimeout(0.3)
                    sent = 0
                    with contextlib.suppress(TimeoutError):
                        while sent < 256 * MIB:
                            sent += slow.send(bytes(MIB))
                    self.assertLess(sent, 128 * MIB)
                    self.assertEqual(ask(quick, b"hello", 5), b"hello")
                    slow.settimeout(WAIT_MAX)
                    slow.shutdown(socket.SHUT_WR)
                    self.assertEqual(len(receive_to_end(slow)), sent)
                program.interrupt(signal.SIGTERM)
                self.assertEqual(program.exit_code(), 0)

    def test_a_half_close_is_passed_on_and_answered(self):
        def count(peer):
            peer.sendall(b"%d bytes" % len(receive_to_end(peer)))

        server = self.server(serve=count)
        _, port = self.relay("--to", f"127.0.0.1:{server.port}")
        with connect(port) as peer:
            peer.sendall(bytes(1000))
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_to_end(peer), b"1000 bytes")

    def test_resets_are_passed_on(self):
        server = self.server(serve=lambda peer: (peer.recv(5), reset(peer)))
        program, port = self.relay("--to", f"127.0.0.1:{server.port}")
        with connect(port) as peer:
            peer.sendall(b"hello")
            with self.assertRaises(ConnectionResetError):
                peer.recv(1)
        program.stderr.find("failed after .*reset")

    def test_a_silent_connection_is_reset(self):
        server = self.server()
        program, port = self.relay("--to", f"127.0.0.1:{server.port}", "--idle-timeout", "200ms")
        self.assertTrue(is_reset(port))
        program.stderr.find("failed after .*timed out")

    def test_datagrams_become_a_stream_and_back(self):
        server = self.server()
        program = self.command("relay", "--listen", "udp://127.0.0.1:0", "--to",
                               f"127.0.0.1:{server.port}")
        port = int(program.stderr.find(r"listening on udp://127.0.0.1:(\d+)")[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(WAIT_MAX)
            peer.connect(("127.0.0.1", port))
            peer.send(b"hello")
            self.assertEqual(peer.recv(100), b"hello")


class Balancing(RelayTest):
    def names(self, port, count):
        """Gives the names of the servers that `count` connections, open together, get to."""
        with contextlib.ExitStack() as stack:
            return [receive_exactly(stack.enter_context(connect(port)), 1) for _ in range(count)]

    def two_servers(self):
        """Starts servers that say a and b; gives them and the options that name them."""
        servers = [self.server(b"a"), self.server(b"b")]
        return servers, [word for one in servers for word in ("--to", f"127.0.0.1:{one.port}")]

    def test_the_one_with_the_fewest_connections_is_next(self):
        _, options = self.two_servers()
        _, port = self.relay(*options)
        self.assertEqual(sorted(self.names(port, 6)), [b"a"] * 3 + [b"b"] * 3)

    def test_one_address_stays_with_one_server(self):
        _, options = self.two_servers()
        _, port = self.relay(*options, "--balance", "source")
        self.assertEqual(len(set(self.names(port, 6))), 1)

    def test_clients_of_a_server_that_dies_get_to_the_other(self):
        (first, _), options = self.two_servers()
        program, port = self.relay(*options, "--check-interval", "50ms", "--fall", "2")
        with connect(port) as one, connect(port) as other:
            peers = {receive_exactly(one, 1): one, receive_exactly(other, 1): other}
            first.close()
            self.assertTrue(is_ended(peers[b"a"]))
            self.assertEqual(self.names(port, 4), [b"b"] * 4)
            self.assertEqual(ask(peers[b"b"], b"hello", 5), b"hello")
        program.stderr.find(rf"upstream 127.0.0.1:{first.port} is failing: .*refused")
        again = socket.create_server(("127.0.0.1", first.port))
        self.server(b"a", again)
        program.stderr.find(rf"upstream 127.0.0.1:{first.port} is healthy")
        self.assertEqual(sorted(self.names(port, 2)), [b"a", b"b"])

    def test_a_client_is_reset_when_no_server_is_there(self):
        server = self.server()
        server.close()
        program, port = self.relay("--to", f"127.0.0.1:{server.port}")
        self.assertTrue(is_reset(port))
        program.stderr.find("failed after .*refused")

    def test_what_is_taken_off_the_list_is_drained(self):
        (first, second), _ = self.two_servers()
        path = self.folder() / "list"
        path.write_text(f"# all of them\n127.0.0.1:{first.port}\n\n127.0.0.1:{second.port}\n")
        program, port = self.relay("--to-file", path)
        with connect(port) as one, connect(port) as other:
            peers = {receive_exactly(one, 1): one, receive_exactly(other, 1): other}
            path.write_text(f"127.0.0.1:{second.port}\n")
            program.interrupt(signal.SIGHUP)
            program.stderr.find(rf"upstream 127.0.0.1:{first.port} drains: 1 connection left")
            self.assertEqual(self.names(port, 3), [b"b"] * 3)
            self.assertEqual(ask(peers[b"a"], b"hello", 5), b"hello")
            peers[b"a"].close()
            program.stderr.find(rf"upstream 127.0.0.1:{first.port} is drained")
            path.write_text("127.0.0.1:x\n")
            program.interrupt(signal.SIGHUP)
            program.stderr.find("upstreams stay as they were: .*line 1")
            self.assertEqual(self.names(port, 1), [b"b"])

    def test_events_are_told_as_JSON(self):
        program = self.command("relay", "--listen", TCP, "--to", "127.0.0.1:9", "--log", "json")
        event = json.loads(program.stderr.line())
        self.assertEqual((event["event"], event["upstream"]), ("upstream_added", "127.0.0.1:9"))

    def test_a_list_with_a_mistake_changes_nothing(self):
        path = self.folder() / "list"
        path.write_text("127.0.0.1:9\n")
        program, _ = self.relay("--to-file", str(path), "--check-interval", "0")
        path.write_text("127.0.0.1:9\nfoo\n")
        program.interrupt(signal.SIGHUP)
        program.stderr.find("upstreams stay as they were: .*line 2: .*it has no port")

    def test_no_upstream_is_a_usage_error(self):
        program = self.command("relay", "--listen", TCP)
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("name one with --to URL", program.stderr.all().decode())

    def test_an_upstream_that_can_not_be_one_is_a_usage_error(self):
        for url in ("localhost", "http://localhost:1", "any://localhost:1"):
            program = self.command("relay", "--listen", TCP, "--to", url)
            self.assertEqual(program.exit_code(), 2, url)

    def test_a_word_too_many_is_a_usage_error(self):
        program = self.command("relay", "--listen", TCP, "--to", "127.0.0.1:9", "extra")
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("unexpected argument extra", program.stderr.all().decode())


class Secure(TlsTest, RelayTest):
    def test_TLS_in_and_plain_out(self):
        server = self.server()
        _, port = self.relay("--to", f"127.0.0.1:{server.port}", *self.shown(),
                             listen="tls://127.0.0.1:0")
        with self.connect_tls(port) as peer:
            peer.sendall(ALL_BYTES)
            self.assertEqual(receive_exactly(peer, len(ALL_BYTES)), ALL_BYTES)
            peer.unwrap().close()

    def test_plain_in_and_TLS_out(self):
        _, upstream = self.serve()
        _, port = self.relay("--to", f"tls://localhost:{upstream}", "--to-ca", self.file("ca.pem"))
        with connect(port) as peer:
            self.assertEqual(exchange(peer, ALL_BYTES), ALL_BYTES)

    def test_a_reset_leaves_TLS_without_a_goodbye(self):
        server = self.server(serve=lambda peer: (peer.recv(5), reset(peer)))
        _, port = self.relay("--to", f"127.0.0.1:{server.port}", *self.shown(),
                             listen="tls://127.0.0.1:0")
        with self.client_context().wrap_socket(connect(port), server_hostname=HOST,
                                               suppress_ragged_eofs=False) as peer:
            peer.sendall(b"hello")
            with self.assertRaises((ConnectionResetError, ssl.SSLEOFError)):
                peer.recv(1)

    def test_SIGTERM_stops_a_relay_that_watches_its_files(self):
        program, _ = self.relay("--to", "127.0.0.1:9", *self.shown(), listen="tls://127.0.0.1:0")
        program.interrupt(signal.SIGTERM)
        self.assertEqual(program.exit_code(), 0)


class WebSockets(RelayTest):
    def talk(self, url, text, *options):
        """Gives what `bowline connect` shows of the answer to the lines of `text`."""
        program = self.command("connect", url, *options)
        program.type(text)
        program.type_end()
        self.assertEqual(program.exit_code(), 0)
        return program.stdout.all()

    def test_messages_become_bytes_and_back(self):
        server = self.server()
        _, port = self.relay("--to", f"127.0.0.1:{server.port}", listen="ws://127.0.0.1:0")
        answer = self.talk(f"ws://127.0.0.1:{port}/", "hello\n", "--count", "1")
        self.assertEqual(answer, b"hello\n")

    def test_messages_stay_what_they_are_between_two_websockets(self):
        ack = self.command("serve", "ack", "--listen", "ws://127.0.0.1:0").port()
        _, port = self.relay("--to", f"ws://127.0.0.1:{ack}/", listen="ws://127.0.0.1:0")
        answers = self.talk(f"ws://127.0.0.1:{port}/", "one\ntwo\n", "--count", "2")
        self.assertEqual(answers, b"accepted\naccepted\n")
        self.assertEqual(self.talk(f"ws://127.0.0.1:{port}/", "close\n"), b"closed\n")


if __name__ == "__main__":
    unittest.main()
