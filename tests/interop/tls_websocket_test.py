"""wss:// with curl and python3-websockets, and any:// that has all on one port."""

import asyncio
import os
import socket
import ssl
import subprocess
import time
import unittest

import websockets

from certificates import HOST, TlsTest, needs
from harness import WAIT_MAX
from wire import ask, connect, receive_exactly, receive_to_end

UPGRADE = (b"GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
# "hello" as a masked text message and its echo (RFC 6455 5.7).
HELLO = b"\x81\x85\x37\xfa\x21\x3d\x5f\x9f\x4d\x51\x58"
ECHO = b"\x81\x05hello"


def read_head(peer):
    """Reads the head of an HTTP answer, and no byte behind it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += peer.recv(1)
    return head


class AnyPort(TlsTest):
    def plain(self, port):
        return connect(port)

    def over_tls(self, port):
        return self.connect_tls(port)

    def send(self, peer, data, piece):
        for at in range(0, len(data), piece):
            peer.sendall(data[at:at + piece])
            if piece == 1:
                time.sleep(0.001)

    def test_tells_what_speaks_inside_TLS_and_without_in_one_piece_and_byte_by_byte(self):
        _, port = self.serve("any")
        for way in (self.plain, self.over_tls):
            for piece in (4096, 1):
                with self.subTest(way=way.__name__, piece=piece):
                    with way(port) as peer:
                        self.send(peer, b"hello", piece)
                        self.assertEqual(receive_exactly(peer, 5), b"hello")
                    with way(port) as peer:
                        self.send(peer, UPGRADE, piece)
                        self.assertIn(b" 101 ", read_head(peer))
                        self.assertEqual(ask(peer, HELLO, len(ECHO)), ECHO)
                    with way(port) as peer:
                        self.send(peer, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                                  piece)
                        self.assertIn(b" 200 ", receive_to_end(peer))

    def test_a_TLS_handshake_byte_by_byte_is_one(self):
        _, port = self.serve("any")
        inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        peer = self.client_context().wrap_bio(inside, outside, server_hostname=HOST)
        with connect(port) as wire:
            for _ in range(10):
                try:
                    peer.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    self.send(wire, outside.read(), 1)
                    inside.write(wire.recv(65536))
            peer.write(b"hello")
            self.send(wire, outside.read(), 1)
            while True:
                try:
                    self.assertEqual(peer.read(5), b"hello")
                    break
                except ssl.SSLWantReadError:
                    inside.write(wire.recv(65536))

    def test_a_silent_client_is_raw_after_200_ms(self):
        program, port = self.serve("any")
        with connect(port) as peer:
            time.sleep(1.5)  # the wait is what is tested, with time for a server that is busy
            # Were it not decided, this would be taken for a WebSocket.
            peer.sendall(UPGRADE)
            self.assertEqual(receive_exactly(peer, len(UPGRADE)), UPGRADE)


class Pages(TlsTest):
    @needs("curl")
    def test_curl_gets_the_page_of_a_wss_server(self):
        for scheme in ("wss", "any"):
            with self.subTest(scheme):
                _, port = self.serve(scheme)
                done = subprocess.run(["curl", "--silent", "--show-error", "--include", "--cacert",
                                       self.file("ca.pem"), f"https://{HOST}:{port}/"],
                                      capture_output=True, timeout=WAIT_MAX, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertRegex(done.stdout, rb"(?s)^HTTP/1\.1 200 .*text/html.*WebSocket")


class WebSockets(TlsTest):
    def test_the_library_talks_to_our_server(self):
        _, port = self.serve("wss", options=("--subprotocol", "chat"))

        async def talk():
            async with websockets.connect(f"wss://{HOST}:{port}/x", ssl=self.client_context(),
                                          subprotocols=["other", "chat"]) as peer:
                self.assertEqual(peer.subprotocol, "chat")
                for message in ("hello", "é" * 100_000, b"", os.urandom(1_000_000)):
                    await peer.send(message)
                    self.assertTrue(await peer.recv() == message)

        asyncio.run(asyncio.wait_for(talk(), WAIT_MAX))

    def test_our_client_talks_to_the_library(self):
        async def echo(peer, *_):
            # What the client asked for is told first.
            request = peer if hasattr(peer, "request_headers") else peer.request
            head = getattr(request, "request_headers", None) or request.headers
            await peer.send(head["X-Token"])
            async for message in peer:
                await peer.send(message)

        async def serve():
            async with websockets.serve(echo, HOST, 0, ssl=self.server_context(),
                                        family=socket.AF_INET) as server:
                port = server.sockets[0].getsockname()[1]
                return await asyncio.to_thread(
                    self.ask, f"wss://{HOST}:{port}/x?y", "hello\n\nworld", *self.trust, "--count",
                    "4", "--header", "X-Token: abc", "--compress")

        code, came, _ = asyncio.run(asyncio.wait_for(serve(), WAIT_MAX))
        self.assertEqual((code, came), (0, b"abc\nhello\n\nworld\n"))


class Lines(TlsTest):
    def test_each_line_is_a_message_and_each_message_a_line(self):
        _, port = self.serve("wss")
        url = f"wss://{HOST}:{port}/"
        self.assertEqual(self.ask(url, "one\ntwo\n\nthree", *self.trust)[:2],
                         (0, b"one\ntwo\n\nthree\n"))
        data = os.urandom(300_000)
        code, came, _ = self.ask(url, data, *self.trust, "--binary")
        self.assertEqual(code, 0)
        self.assertTrue(came == data)

    def test_a_message_that_is_too_long_is_refused_with_a_reason(self):
        _, port = self.serve("wss", options=("--message-size", "1000"))
        code, _, told = self.ask(f"wss://{HOST}:{port}/", "x" * 2000, *self.trust)
        self.assertEqual(code, 1)
        self.assertIn("1009", told)

    def test_pages_of_other_origins_are_refused(self):
        _, port = self.serve("wss", options=("--origin", "https://a.example"))
        url = f"wss://{HOST}:{port}/"
        self.assertEqual(self.ask(url, "hi\n", *self.trust, "--origin", "https://a.example")[0], 0)
        code, _, told = self.ask(url, "hi\n", *self.trust, "--origin", "https://b.example")
        self.assertEqual(code, 1)
        self.assertIn("403", told)


if __name__ == "__main__":
    unittest.main()
