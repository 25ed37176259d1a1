"""`bowline serve broadcast`: clients of several kinds hear each other; with Python's websockets."""

import signal
import socket
import sys
import unittest

from harness import WAIT_MAX
from services_test import ServeTest
from wire import connect, receive_exactly, receive_to_end

# Subscribes by being there: says what the arguments say, prints all that comes.
PEER = """
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as peer:
        print("connected", flush=True)
        for line in sys.argv[2:]:
            await peer.send(line)
        async for message in peer:
            print(message, flush=True)
    print("closed", peer.close_code, flush=True)
asyncio.run(main())
"""


class Broadcast(ServeTest):
    def serve_all(self, *options):
        """Serves over WebSocket, lines and datagrams; gives (program, the ports)."""
        program, urls = self.serve("broadcast", "ws://127.0.0.1:0", "tcp://127.0.0.1:0",
                                   "udp://127.0.0.1:0", options=("--framing", "line", *options))
        by_scheme = {}
        for url in urls:
            by_scheme[url.split(":")[0]] = int(url.rstrip("/").rsplit(":", 1)[1])
        return program, by_scheme

    def peer(self, ports, *lines):
        """Starts a client that uses the library websockets."""
        program = self._start([sys.executable, "-c", PEER, f"ws://127.0.0.1:{ports['ws']}/"], lines)
        program.stdout.find("connected")
        return program

    def meet(self, one, other):
        """Has `one` say hello until `other` hears it: from then on both hear all."""
        other.settimeout(0.2)
        for number in range(1000):
            one.sendall(b"%4d" % number + b"\n")
            try:
                heard = other.recv(5, socket.MSG_PEEK)
            except TimeoutError:
                continue
            other.settimeout(WAIT_MAX)
            self.assertTrue(heard)
            while receive_exactly(other, 5) != b"%4d\n" % number:
                pass
            return
        self.fail("they never met")

    def test_a_message_goes_to_all_others_whatever_they_speak(self):
        server, ports = self.serve_all("--threads", "2")
        with connect(ports["tcp"]) as one, connect(ports["tcp"]) as other, \
                socket.socket(type=socket.SOCK_DGRAM) as datagram:
            self.meet(one, other)
            datagram.settimeout(WAIT_MAX)
            datagram.connect(("127.0.0.1", ports["udp"]))
            datagram.send(b"datagram")
            for line in (one, other):
                self.assertEqual(receive_exactly(line, 9), b"datagram\n")
            python = self.peer(ports, "python")
            for line in (one, other):
                self.assertEqual(receive_exactly(line, 7), b"python\n")
            self.assertEqual(datagram.recv(100), b"python")
            one.sendall(b"line\n")
            self.assertEqual(receive_exactly(other, 5), b"line\n")
            self.assertEqual(python.stdout.line(), "line")
            self.assertEqual(datagram.recv(100), b"line")
            server.interrupt(signal.SIGTERM)
            self.assertEqual(python.stdout.line(), "closed 1001")
            self.assertEqual(receive_to_end(one), b"")
        self.assertEqual(server.exit_code(), 0)

    def test_who_reads_too_slowly_is_cut_off_and_the_log_says_so(self):
        server, ports = self.serve_all("--queue-max", "10", "--output-max", "65536")
        with connect(ports["tcp"]) as slow, connect(ports["tcp"]) as quick:
            self.meet(slow, quick)
            with connect(ports["tcp"]) as flood:
                message = b"x" * 50_000 + b"\n"
                self.send_until_logged(flood, quick, message, server, "it reads too slowly")
            with self.assertRaises(ConnectionResetError):
                receive_to_end(slow)

    def send_until_logged(self, flood, quick, message, server, text):
        """Sends messages, which `quick` receives, until the server's log says `text`."""
        for _ in range(10_000):
            if text.encode() in server.stderr.so_far():
                return
            flood.sendall(message)
            self.assertEqual(receive_exactly(quick, len(message)), message)
        self.fail(f"the log never said: {text}")


if __name__ == "__main__":
    unittest.main()
