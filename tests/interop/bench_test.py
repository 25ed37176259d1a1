"""`bowline bench`: measures servers that echo, and finds out those that do not."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from harness import BIN, WAIT_MAX, ProgramTest, runnable
from wire import echo, refusing, reset, serving

# Enough for a few messages on any machine; what is checked here is no speed.
SHORT = ("--duration", "0.2s", "--warmup", "0.05s")


class Bench(ProgramTest):
    def bench(self, port, *options):
        """Starts `bowline bench` against a port of 127.0.0.1."""
        return self.command("bench", f"tcp://127.0.0.1:{port}", *options)

    def echo_server(self):
        """Starts `bowline serve echo`; gives its port."""
        server = self.command("serve", "echo", "--listen", "tcp://127.0.0.1:0", "--threads", 1)
        return server.port()

    def figures(self, client):
        """Waits until `client` ends well; gives what it printed as JSON."""
        printed = client.stdout.all()
        self.assertEqual((client.exit_code(), client.stderr.all()), (0, b""))
        return json.loads(printed)

    def check_failure(self, client, pattern):
        """Fails unless `client` ends with 1 and one line on stderr that has `pattern`."""
        self.assertEqual(client.exit_code(), 1)
        errors = client.stderr.rest()
        self.assertEqual(len(errors), 1, errors)
        self.assertRegex(errors[0], "^error: .*" + pattern)

    def test_text_tells_rate_and_latency(self):
        client = self.bench(self.echo_server(), *SHORT, "--connections", 3)
        self.check_lines(client.stdout.rest(),
                         r"tcp://127.0.0.1:\d+: 3 connections, messages of 64 bytes, "
                         "1 in flight each",
                         r"  messages  [\d,]+ in 200 ms: [\d,]+/s, [\d.]+ [kMG]?B/s each way",
                         r"  latency   p50 .* p90 .* p99 .* p99\.9 .* p99\.99 .* max .*",
                         "  verified  every byte that came")
        self.assertEqual(client.exit_code(), 0)
        self.assertEqual(client.stderr.all(), b"")

    def test_shapes_of_load(self):
        port = self.echo_server()
        for options in (("-c", 1), ("-c", 50, "-d", 16), ("-c", 4, "-s", 100_000, "-d", 4),
                        ("-c", 3, "-s", 1), ("-c", 8, "-t", 2), ("-c", 1, "-d", 1000)):
            with self.subTest(options):
                found = self.figures(self.bench(port, *SHORT, *options, "--json"))
                self.assertGreater(found["messages"], 0)
                self.assertEqual(found["error"], None)
                latency = [found["latency_us"][name] for name in ("min", "p50", "p99", "max")]
                self.assertEqual(latency, sorted(latency))

    def test_a_count_is_sent_and_no_more(self):
        sizes = []

        def counting_echo(peer):
            while data := peer.recv(65536):
                sizes.append(len(data))
                peer.sendall(data)

        with serving(counting_echo) as port:
            client = self.bench(port, "-n", 1000, "-c", 1, "-d", 7, "--json")
            found = self.figures(client)
        self.assertEqual((found["messages"], sum(sizes)), (1000, 64_000))
        self.assertEqual(found["latency_us"]["count"], 1000)

    def test_a_rate_is_kept(self):
        # The depth lets all that is due go, also when this machine was busy at the end.
        options = ("--rate", 500, "--duration", "1s", "--warmup", 0, "-c", 5, "-d", 100, "--json")
        found = self.figures(self.bench(self.echo_server(), *options))
        self.assertEqual((found["rate"], found["behind"]), (500, 0))
        self.assertEqual(found["latency_us"]["count"], 500)

    def test_a_stall_is_charged_for_all_it_held_up(self):
        def stall(peer):
            data = peer.recv(65536)
            time.sleep(0.4)
            peer.sendall(data)
            echo(peer)

        with serving(stall) as port:
            options = ("-c", 1, "--rate", 1000, "--duration", "0.6s", "--warmup", 0, "--json")
            found = self.figures(self.bench(port, *options))
        # Without the correction one message of hundreds would have been slow, and the median not.
        self.assertGreater(found["latency_us"]["p50"], 1000)
        self.assertGreater(found["latency_us"]["max"], 390_000)

    def test_unix_sockets_are_measured_too(self):
        with tempfile.TemporaryDirectory() as folder:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{folder}/echo")
            listener.listen()
            with serving(echo, listener):
                client = self.command("bench", f"unix:{folder}/echo", *SHORT, "-c", 1, "--json")
                self.assertGreater(self.figures(client)["messages"], 0)

    def test_a_flipped_byte_is_found(self):
        def lie(peer):
            seen = 0
            while data := bytearray(peer.recv(65536)):
                if seen <= 99 < seen + len(data):
                    data[99 - seen] ^= 0xFF
                seen += len(data)
                peer.sendall(data)

        with serving(lie) as port:
            client = self.bench(port, *SHORT, "-c", 1)
            self.check_failure(client, r"connection 1: message 2: byte 36 of 64 came back as 0x"
                               r"[0-9a-f]{2}, and was sent as 0x[0-9a-f]{2} \(byte 100 ")

    def test_a_peer_that_adds_bytes_is_found(self):
        def add(peer):
            peer.sendall(peer.recv(65536) + b"more")
            echo(peer)

        with serving(add) as port:
            self.check_failure(self.bench(port, *SHORT, "-c", 1), "connection 1: ")

    def test_a_peer_that_leaves_is_a_failure(self):
        for leave in (lambda peer: peer.sendall(peer.recv(64)), reset):
            with self.subTest(), serving(leave) as port:
                self.check_failure(self.bench(port, *SHORT, "-c", 1), r"127\.0\.0\.1")

    def test_nobody_there_is_a_failure(self):
        with refusing() as port:
            client = self.bench(port, *SHORT)
            self.check_failure(client, "connection refused: nothing is listening there")
            self.assertEqual(client.stdout.all(), b"")

    def test_silence_is_a_failure(self):
        with serving(lambda peer: [None for _ in iter(lambda: peer.recv(65536), b"")]) as port:
            client = self.bench(port, "-c", 1, "-d", 3, "--timeout", "0.2s")
            self.check_failure(client, "nothing came for 0.2 s: 3 answers were awaited")

    def test_an_interrupt_shows_what_was_measured(self):
        for options in ((), ("--json",)):
            answers = threading.Semaphore(0)

            def count(peer):
                # Who is interrupted leaves with answers unread, and that is a reset (tcp(7)).
                with contextlib.suppress(ConnectionError):
                    while data := peer.recv(65536):
                        peer.sendall(data)
                        answers.release()

            with self.subTest(options), serving(count) as port:
                client = self.bench(port, "--duration", "1h", "--warmup", 0, "-c", 1, *options)
                for _ in range(10):
                    self.assertTrue(answers.acquire(timeout=WAIT_MAX))
                client.interrupt()
                printed = client.stdout.all()
                self.assertEqual(client.exit_code(), 128 + signal.SIGINT)
                self.assertIn(b'"interrupted":true' if options else b"p99.99", printed)

    def test_usage_is_explained(self):
        for options, pattern in ((("-c", "0"), "--connections"), (("-s", "0"), "--size"),
                                 (("--rate", "-1"), "--rate"), (("--duration", "x"), "--duration"),
                                 (("-n", "5", "--duration", "1s"), "duration")):
            with self.subTest(options):
                client = self.bench(1, *options)
                self.assertEqual(client.exit_code(), 2)
                self.assertRegex(client.stderr.all().decode(), pattern)

    def test_progress_is_for_terminals_only(self):
        leader, follower = os.openpty()
        self.addCleanup(os.close, leader)
        with serving(echo) as port:
            argv = [*runnable(BIN / "bowline"), "bench", f":{port}", "-c", "1"]
            with subprocess.Popen(argv + ["--duration", "0.6s", "--warmup", "0"], stderr=follower,
                                  stdout=subprocess.PIPE) as client:
                os.close(follower)
                self.assertIn(b"p99.99", client.stdout.read())
        shown = ""
        # A terminal that nobody has open any more ends with an error (pty(7)).
        with contextlib.suppress(OSError):
            while piece := os.read(leader, 65536):
                shown += piece.decode()
        self.assertRegex(shown, r"^\r\x1b\[K0\.\d of 0\.6 s, [\d,]+/s")
        self.assertTrue(shown.endswith("\r\x1b[K"), shown)


if __name__ == "__main__":
    unittest.main()
