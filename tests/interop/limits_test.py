"""`bowline serve`: its limits, and how it ends, as processes and signals show them."""

import signal
import time
import unittest

from services_test import ServeTest
from wire import connect, is_ended, receive_exactly, receive_to_end, receive_until


class Limits(ServeTest):
    def start(self, *options):
        """Starts an echo server with `options`; gives (program, port)."""
        program, (url,) = self.serve("echo", options=options)
        return program, int(url.rsplit(":", 1)[1])

    def test_a_silent_connection_ends_after_the_idle_timeout(self):
        _, port = self.start("--idle-timeout", "200ms")
        with connect(port) as peer:
            self.assertTrue(is_ended(peer))

    def test_one_address_gets_no_more_than_its_share(self):
        program, port = self.start("--max-per-address", "2")
        with connect(port) as first, connect(port) as second, connect(port) as third:
            for peer in (first, second):
                peer.sendall(b"hello")
                self.assertEqual(receive_exactly(peer, 5), b"hello")
            self.assertTrue(is_ended(third))
            program.stderr.find(r"refused tcp://127.0.0.1:\d+: it has 2 connections already")

    def test_those_beyond_the_limit_wait_for_their_turn(self):
        _, port = self.start("--max-connections", "1")
        with connect(port) as second:
            with connect(port) as first:
                # Whichever was accepted first is served; the other is when that leaves.
                first.sendall(b"one")
                second.sendall(b"two")
                self.assertEqual(receive_exactly(second, 3), b"two")
                second.close()
                self.assertEqual(receive_exactly(first, 3), b"one")

    def test_a_connection_is_held_to_its_rate(self):
        _, port = self.start("--rate-messages", "5", "--rate-bytes", "1k")
        with connect(port) as peer:
            begin = time.monotonic()
            for _ in range(8):
                peer.sendall(b"hello")
                self.assertEqual(receive_exactly(peer, 5), b"hello")
            self.assertGreater(time.monotonic() - begin, 0.59)


class Drain(ServeTest):
    def test_a_silent_connection_is_ended_and_not_cut(self):
        program, (url,) = self.serve("echo")
        with connect(int(url.rsplit(":", 1)[1])) as peer:
            peer.sendall(b"hello")
            self.assertEqual(receive_exactly(peer, 5), b"hello")
            program.interrupt(signal.SIGTERM)
            self.assertTrue(is_ended(peer))
        program.stderr.find(r"stopped: 1 connection served\n?$")
        self.assertEqual(program.exit_code(), 0)

    def test_http_answers_what_has_begun_and_says_that_it_was_the_last(self):
        program, (url,) = self.serve("echo", "ws://127.0.0.1:0", options=("--threads", "1"))
        port = int(url.rstrip("/").rsplit(":", 1)[1])
        with connect(port) as idle, connect(port) as busy:
            idle.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertNotIn(b"Connection: close", receive_until(idle, b"\r\n\r\n"))
            busy.sendall(b"GET / HTTP/1.1\r\n")
            # The part of a request is there when the next connection is answered.
            with connect(port) as other:
                other.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
                receive_to_end(other)
            program.interrupt(signal.SIGTERM)
            self.assertTrue(is_ended(idle))
            busy.sendall(b"Host: localhost\r\n\r\n")
            answer = receive_to_end(busy)
        self.assertIn(b"HTTP/1.1 200 OK\r\n", answer)
        self.assertIn(b"\r\nConnection: close\r\n", answer)
        self.assertTrue(answer.endswith(b"</script>\n"))
        self.assertEqual(program.exit_code(), 0)

    def test_what_is_left_after_the_drain_timeout_is_cut(self):
        program, (url,) = self.serve("echo", options=("--drain-timeout", "0"))
        with connect(int(url.rsplit(":", 1)[1])) as peer:
            peer.sendall(b"hello")
            self.assertEqual(receive_exactly(peer, 5), b"hello")
            program.interrupt(signal.SIGTERM)
            self.assertTrue(is_ended(peer))
        program.stderr.find("1 cut off")
        self.assertEqual(program.exit_code(), 0)

    def test_a_second_signal_ends_all_at_once(self):
        program, (url,) = self.serve("echo", options=("--drain-timeout", "1h"))
        with connect(int(url.rsplit(":", 1)[1])) as peer:
            peer.sendall(b"hello")
            self.assertEqual(receive_exactly(peer, 5), b"hello")
            program.interrupt(signal.SIGINT)
            program.stderr.find("stopping")
            program.interrupt(signal.SIGINT)
            self.assertEqual(program.exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
