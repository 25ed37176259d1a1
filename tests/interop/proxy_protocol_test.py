"""The PROXY protocol of `bowline relay` and `serve`: between themselves, and with HAProxy."""

import contextlib
import shutil
import socket
import struct
import unittest

from certificates import needs
from relay_test import TCP, RelayTest
from wire import connect, is_ended, receive_exactly

V2_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class ProxyProtocol(RelayTest):
    @contextlib.contextmanager
    def told(self, version):
        """Gives (a client that gets back what its upstream is told, the relay's port)."""
        server = self.server()
        _, port = self.relay("--to", f"127.0.0.1:{server.port}", "--proxy-protocol", version)
        with connect(port) as peer:
            yield peer, port

    def test_upstreams_are_told_in_version_1(self):
        with self.told("v1") as (peer, port):
            line = f"PROXY TCP4 127.0.0.1 127.0.0.1 {peer.getsockname()[1]} {port}\r\n"
            self.assertEqual(receive_exactly(peer, len(line)), line.encode())

    def test_upstreams_are_told_in_version_2(self):
        with self.told("v2") as (peer, port):
            header = V2_SIGNATURE + b"\x21\x11\0\x0c" + socket.inet_aton("127.0.0.1") * 2
            header += struct.pack(">HH", peer.getsockname()[1], port)
            self.assertEqual(receive_exactly(peer, len(header)), header)

    def test_a_client_far_away_is_reported_by_a_server_behind_two_relays(self):
        report = self.command("serve", "report", "--listen", TCP, "--proxy-from", "127.0.0.1")
        for version in ("v1", "v2"):
            with self.subTest(version):
                _, inner = self.relay("--to", f"127.0.0.1:{report.port()}", "--proxy-from",
                                      "127.0.0.0/8", "--proxy-protocol", version)
                _, outer = self.relay("--to", f"127.0.0.1:{inner}", "--proxy-protocol", version)
                with connect(outer) as peer:
                    awaited = f"from {peer.getsockname()}".encode()
                    peer.sendall(b"hello")
                    answer = peer.recv(1000)
                    self.assertTrue(answer.endswith(awaited), (answer, awaited))

    def test_who_is_not_trusted_is_refused(self):
        program, port = self.serve("--proxy-from", "10.0.0.0/8")
        with connect(port) as peer:
            peer.sendall(b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nhello")
            self.assertTrue(is_ended(peer))
        program.stderr.find("failed after .*not trusted")

    def test_who_sends_no_header_is_refused(self):
        program, port = self.serve("--proxy-from", "127.0.0.1")
        with connect(port) as peer:
            peer.sendall(b"hello")
            self.assertTrue(is_ended(peer))
        program.stderr.find("failed after .*did not begin with a PROXY header")

    def test_a_range_that_can_not_be_read_is_a_usage_error(self):
        program = self.command("serve", "echo", "--proxy-from", "10.0.0.1/8")
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("10.0.0.0/8", program.stderr.all().decode())

    def serve(self, *options):
        """Starts the report service with `options`; gives (program, port)."""
        program = self.command("serve", "report", "--listen", TCP, *options)
        return program, program.port()


@needs("haproxy")
class Haproxy(RelayTest):
    """HAProxy speaks the protocol it invented: what it sends is read, and what it reads is sent."""

    def haproxy(self, bind, server):
        """Starts HAProxy; gives the port where it listens."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        path = self.folder() / "haproxy.cfg"
        path.write_text(
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 9s\n timeout server 9s\n"
            f"listen all\n bind 127.0.0.1:{port} {bind}\n server one {server}\n")
        program = self._start([shutil.which("haproxy")], ["-db", "-f", path])
        program.port()
        return port

    def test_its_headers_are_read(self):
        report = self.command("serve", "report", "--listen", TCP, "--proxy-from", "127.0.0.1")
        for option in ("send-proxy", "send-proxy-v2"):
            with self.subTest(option):
                port = self.haproxy("", f"127.0.0.1:{report.port()} {option}")
                with connect(port) as peer:
                    peer.sendall(b"hello")
                    self.assertIn(f"from {peer.getsockname()}".encode(), peer.recv(1000))

    def test_it_reads_ours(self):
        report = self.command("serve", "report", "--listen", TCP, "--proxy-from", "127.0.0.1")
        front = self.haproxy("accept-proxy", f"127.0.0.1:{report.port()} send-proxy")
        for version in ("v1", "v2"):
            with self.subTest(version):
                _, port = self.relay("--to", f"127.0.0.1:{front}", "--proxy-protocol", version)
                with connect(port) as peer:
                    peer.sendall(b"hello")
                    self.assertIn(f"from {peer.getsockname()}".encode(), peer.recv(1000))


if __name__ == "__main__":
    unittest.main()
