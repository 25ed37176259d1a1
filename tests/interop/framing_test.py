"""`--framing line|length` against plain Python: messages stay whole, however their bytes arrive."""

import contextlib
import functools
import os
import struct
import tempfile
import unittest

from certificates import TlsTest
from wire import MIB, connect, connect_url, exchange, receive_exactly, receive_to_end, serving

LONG = b"x" * 60_000


def line(message):
    """Gives a message as a line."""
    return message + b"\n"


def length(message):
    """Gives a message behind its length."""
    return struct.pack(">I", len(message)) + message


FRAMES = {"line": line, "length": length}


def receive(kind, peer):
    """Gives the next message from `peer`; None at the end."""
    if kind == "length":
        head = receive_exactly(peer, 4)
        return receive_exactly(peer, *struct.unpack(">I", head)) if head else None
    message = bytearray()
    while byte := peer.recv(1):
        if byte == b"\n":
            return bytes(message)
        message += byte
    return None


def framed(function):
    """Runs a test for each kind of framing."""

    @functools.wraps(function)
    def run(self):
        for kind in FRAMES:
            with self.subTest(kind):
                function(self, kind)

    return run


class Serving(TlsTest):
    def open(self, kind, service, scheme="tcp", options=()):
        """Starts a framed service; gives its port."""
        return self.serve(scheme, service, ["--framing", kind, *options])[1]

    @framed
    def test_messages_that_come_together_are_answered_each(self, kind):
        words = [b"one", b"", b"close", b"after"]
        with connect(self.open(kind, "ack")) as peer:
            peer.sendall(b"".join(map(FRAMES[kind], words)))
            answers = [receive(kind, peer) for _ in range(4)]
        self.assertEqual(answers, [b"accepted", b"accepted", b"closed", None])

    @framed
    def test_a_message_that_comes_in_parts_is_one(self, kind):
        with connect(self.open(kind, "report")) as peer:
            for byte in FRAMES[kind](b"Hello"):
                peer.sendall(bytes([byte]))
            awaited = f"[CONNECTION] Received b'Hello' from {peer.getsockname()}"
            self.assertEqual(receive(kind, peer), awaited.encode())

    @framed
    def test_all_that_came_before_a_half_close_is_answered(self, kind):
        messages = b"".join(FRAMES[kind](word) for word in [LONG, b"", b"two"] * 20)
        with connect(self.open(kind, "echo")) as peer:
            self.assertTrue(exchange(peer, messages, 1000) == messages)

    @framed
    def test_TLS_and_one_port_for_all_frame_alike(self, kind):
        for scheme in ("tls", "any"):
            port = self.open(kind, "echo", scheme)
            with self.connect_tls(port) as peer:
                peer.sendall(FRAMES[kind](b"hello") * 2)
                self.assertEqual([receive(kind, peer) for _ in range(2)], [b"hello"] * 2)
        with connect(port) as peer:
            peer.sendall(FRAMES[kind](b"hello") * 2)
            self.assertEqual([receive(kind, peer) for _ in range(2)], [b"hello"] * 2)

    def test_a_unix_socket_frames_too(self):
        with tempfile.TemporaryDirectory() as folder:
            url = f"unix:{folder}/ack"
            program = self.command("serve", "ack", "--listen", url, "--framing", "line")
            program.stderr.find("listening")
            with connect_url(url) as peer:
                self.assertEqual(exchange(peer, b"one\r\ntwo"), b"accepted\n" * 2)

    def test_too_long_a_message_ends_its_connection_with_a_reason(self):
        for kind, message in (("line", b"x" * 102), ("length", struct.pack(">I", 101))):
            with self.subTest(kind):
                server, port = self.serve("tcp", "echo",
                                          ["--framing", kind, "--message-size", "100"])
                with connect(port) as peer:
                    whole = FRAMES[kind](b"y" * 100)
                    peer.sendall(whole + message)
                    self.assertEqual(receive_to_end(peer), whole)
                server.stderr.find("message too long: the limit is 100 bytes")


class Connecting(TlsTest):
    def talk(self, kind, serve, text, *options):
        """Has `bowline connect` say `text` to a Python server; gives (exit code, shown, told)."""
        with serving(serve) as port:
            return self.ask(f"tcp://127.0.0.1:{port}", text, "--framing", kind, *options)

    @framed
    def test_each_line_of_input_is_a_message(self, kind):
        heard = []

        def serve(peer):
            while (message := receive(kind, peer)) is not None:
                heard.append(message)
                peer.sendall(FRAMES[kind](b"<" + message + b">"))

        code, shown, _ = self.talk(kind, serve, "one\n\nlast")
        self.assertEqual(heard, [b"one", b"", b"last"])
        self.assertEqual((code, shown), (0, b"<one>\n<>\n<last>\n"))

    @framed
    def test_count_counts_messages(self, kind):
        def serve(peer):
            for byte in FRAMES[kind](b"a message") * 2:
                peer.sendall(bytes([byte]))
            receive_to_end(peer)

        code, shown, _ = self.talk(kind, serve, "", "--count", "2")
        self.assertEqual((code, shown), (0, b"a message\n" * 2))

    def test_bytes_pass_as_they_are_behind_their_length(self):
        data = os.urandom(MIB)
        heard = bytearray()

        def serve(peer):
            while (message := receive("length", peer)) is not None:
                heard.extend(message)
                peer.sendall(length(message))

        code, shown, _ = self.talk("length", serve, data, "--binary")
        self.assertEqual(code, 0)
        self.assertTrue(shown == bytes(heard) == data)

    @framed
    def test_both_ends_are_bowline(self, kind):
        _, port = self.serve("tls", "echo", ["--framing", kind])
        text = b"one\n" + LONG + b"\nlast\n"
        told = self.ask(f"tls://localhost:{port}", text, "--framing", kind, *self.trust)
        self.assertEqual(told, (0, text, ""))


class Failures(TlsTest):
    def check(self, answer, told, *options):
        """Fails unless `bowline connect` says why it can't go on after `answer`."""

        def serve(peer):
            # Who can't go on closes over what it has not read: that is a reset.
            with contextlib.suppress(ConnectionResetError):
                peer.sendall(answer)
                receive_to_end(peer)

        with serving(serve) as port:
            code, _, error = self.ask(f"tcp://127.0.0.1:{port}", "hello\n", *options)
        self.assertEqual(code, 1)
        self.assertIn(told, error)

    def test_what_the_peer_sends_wrong_is_told(self):
        self.check(b"\1\0\0\1", "message too long: the limit is 16777216 bytes",
                   "--framing", "length")
        self.check(b"x" * 70_000, "message too long: the limit is 65536 bytes",
                   "--framing", "line")

    def test_a_message_that_is_cut_off_is_told(self):
        with serving(lambda peer: peer.sendall(b"\0\0\0\5hell")) as port:
            code, shown, told = self.ask(f"tcp://127.0.0.1:{port}", "", "--framing", "length")
        self.assertEqual((code, shown), (1, b""))
        self.assertIn("it ended inside a message", told)

    def test_a_line_too_long_to_send_is_told_and_nothing_hangs(self):
        _, port = self.serve("tcp", "echo", ["--framing", "line"])
        code, shown, told = self.ask(f"tcp://127.0.0.1:{port}", b"short\n" + b"x" * 101 + b"\n",
                                     "--framing", "line", "--message-size", "100")
        self.assertEqual((code, shown), (1, b"short\n"))
        self.assertIn("message too long: the limit is 100 bytes", told)

    def test_what_makes_no_sense_is_a_usage_error(self):
        for url, options, told in (
                ("ws://localhost:1", ["--framing", "line"], "there are messages at ws://"),
                ("udp://localhost:1", ["--framing", "length"], "there are messages at udp://"),
                (":1", ["--framing", "lines"], "line"),
                (":1", ["--framing", "line", "--binary"], "length can")):
            with self.subTest(url=url, options=options):
                code, _, error = self.ask(url, "", *options)
                self.assertEqual(code, 2)
                self.assertIn(told, error)
        server = self.command("serve", "ack", "--listen", "udp://:0", "--framing", "line")
        self.assertEqual(server.exit_code(), 2)
        self.assertIn("--framing is for bytes", server.stderr.all().decode())


if __name__ == "__main__":
    unittest.main()
