"""`bowline bench` over TLS and WebSocket."""

import base64
import hashlib
import json
import re
import struct
import tempfile

import unittest

from certificates import TlsTest
from wire import receive_exactly, serving

SHORT = ("--duration", "0.2s", "--warmup", "0.05s")
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def open_websocket(peer):
    """Answers the handshake of RFC 6455 by hand; gives the request."""
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        request += receive_exactly(peer, 1)
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", request)[1]
    accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
    peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    return request


def receive_frame(peer):
    """Gives (the first byte, the payload) of a client's frame."""
    head, length = receive_exactly(peer, 2)
    size = length & 0x7F
    if size == 126:
        size, = struct.unpack("!H", receive_exactly(peer, 2))
    mask = receive_exactly(peer, 4)
    payload = receive_exactly(peer, size)
    return head, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


class SecureBench(TlsTest):
    def bench(self, url, *options):
        """Starts `bowline bench`."""
        return self.command("bench", url, *options)

    def figures(self, url, *options):
        """Waits until a bench ends well; gives what it printed as JSON."""
        client = self.bench(url, *options, "--json")
        printed = client.stdout.all()
        self.assertEqual((client.exit_code(), client.stderr.all()), (0, b""))
        return json.loads(printed)

    def check_failure(self, client, code, pattern):
        """Fails unless `client` ends with `code` and one line on stderr that has `pattern`."""
        self.assertEqual(client.exit_code(), code)
        errors = client.stderr.rest()
        self.assertEqual(len(errors), 1, errors)
        self.assertRegex(errors[0], "^error: .*" + pattern)

    def test_every_transport_is_measured(self):
        _, port = self.serve("any")
        for url in (f"tls://localhost:{port}", f"wss://localhost:{port}/x"):
            for shape in (("-c", 3), ("-c", 2, "-d", 16), ("-c", 2, "-s", 200_000, "-d", 2)):
                with self.subTest(url, shape=shape):
                    found = self.figures(url, *self.trust, *SHORT, *shape)
                    self.assertGreater(found["messages"], 0)
        for shape in (("-c", 3), ("-c", 2, "-d", 16), ("-c", 2, "-s", 200_000)):
            with self.subTest(shape=shape):
                found = self.figures(f"ws://localhost:{port}", *SHORT, *shape)
                self.assertGreater(found["messages"], 0)

    def test_websocket_over_a_unix_socket_is_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            url = f"ws+unix:{folder}/echo"
            server = self.command("serve", "echo", "--listen", url)
            server.stderr.wait_for(b"listening")
            self.assertGreater(self.figures(url, *SHORT, "-c", 2)["messages"], 0)

    def test_over_websocket_each_message_is_one(self):
        seen = []

        def answer(peer):
            self.assertNotIn(b"Sec-WebSocket-Extensions", open_websocket(peer))
            while True:
                head, payload = receive_frame(peer)
                seen.append((head, len(payload)))
                peer.sendall(struct.pack("!BB", head, len(payload)) + payload)
                if head == 0x88:
                    return

        with serving(answer) as port:
            found = self.figures(f"ws://127.0.0.1:{port}", "-n", 100, "-c", 1, "-d", 7)
        self.assertEqual(found["messages"], 100)
        # Binary, uncompressed, in one frame; and a goodbye at the end.
        self.assertEqual(seen, [(0x82, 64)] * 100 + [(0x88, 2)])

    def test_a_wrong_answer_over_websocket_is_found(self):
        def lie(peer):
            open_websocket(peer)
            _, payload = receive_frame(peer)
            peer.sendall(b"\x82\x40" + payload[:-1] + bytes([payload[-1] ^ 1]))
            receive_frame(peer)

        with serving(lie) as port:
            client = self.bench(f"ws://127.0.0.1:{port}", *SHORT, "-c", 1)
            self.check_failure(client, 1, "connection 1: message 1: byte 64 of 64 came back as 0x")

    def test_a_message_that_is_too_large_for_the_server_is_explained(self):
        _, port = self.serve("ws", options=("--message-size", 1000))
        client = self.bench(f"ws://127.0.0.1:{port}", *SHORT, "-c", 1, "-s", 100_000)
        self.check_failure(client, 1, "connection 1: closed by the peer with 1009")

    def test_whom_to_trust_is_asked(self):
        _, port = self.serve("tls")
        url = f"tls://localhost:{port}"
        self.check_failure(self.bench(url, *SHORT, "-c", 1), 1, "not trusted: .*--ca FILE")
        self.assertGreater(self.figures(url, "--insecure", *SHORT, "-c", 1)["messages"], 0)
        missing = self.bench(url, "--ca", self.file("nowhere.pem"))
        self.check_failure(missing, 1, "nowhere.pem: no such file")
        self.check_failure(self.bench("localhost:1", "--insecure"), 2, "are for tls://")


if __name__ == "__main__":
    unittest.main()
