"""WebSocket with the libraries that people use, both ways; with curl and a browser."""

import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from certificates import HOST, TlsTest
from harness import ADDR, BIN, BOWLINE, PROGRAMS, PYTHON, ROOT, ProgramTest, pairs, runnable

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
NPM_FOLDER = ROOT / "build" / "npm"
NPM_TIME_MAX = 30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FOREIGN = "http://elsewhere.example"
BIG = b"x" * (1 << 20) + b"\n"


@functools.cache
def npm_problem():
    """Installs the npm packages unless they are there; gives why that failed, or nothing."""
    if not shutil.which("node"):
        return "there is no node"
    modules = NPM_FOLDER / "node_modules"
    if (modules / "ws").exists() and (modules / ".bin" / "wscat").exists():
        return ""
    NPM_FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", NPM_FOLDER, "ws", "wscat"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=NPM_TIME_MAX,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return f"npm's registry can't be reached: {failure}"
    return f"npm's registry can't be reached: {done.stderr}" if done.returncode else ""


class Peers(ProgramTest):
    def peer(self, name, *arguments):
        """Starts a peer of the folder peers/, for node or Python by its ending."""
        path = PEERS / name
        if path.suffix == ".py":
            return self._start([sys.executable, str(path)], arguments)
        if problem := npm_problem():
            self.skipTest(problem)
        os.environ["NODE_PATH"] = str(NPM_FOLDER / "node_modules")
        return self._start(["node", str(path)], arguments)

    def wscat(self, url, *arguments):
        """Starts wscat, which says hello at `url`."""
        if problem := npm_problem():
            self.skipTest(problem)
        program = NPM_FOLDER / "node_modules" / ".bin" / "wscat"
        return self._start([str(program), "--no-color", "-c", url, "-x", "hello", "-w", "1"],
                           arguments)


class WebSockets(Peers):
    def serve(self, *arguments):
        """Starts bowline's echo server for WebSocket; gives (program, URL)."""
        server = self.command("serve", "echo", "--listen", "ws://127.0.0.1:0", *arguments)
        return server, f"ws://127.0.0.1:{server.port()}/"

    def check_client(self, name):
        """Fails unless the library as a client gets along with bowline's server."""
        _, url = self.serve("--subprotocol", "chat")
        peer = self.peer(name, "talk", url, FOREIGN)
        self.assertEqual(peer.exit_code(30), 0)

    def check_server(self, name):
        """Fails unless bowline as a client gets along with the library's server."""
        peer = self.peer(name, "serve")
        url = f"ws://127.0.0.1:{peer.port()}/"
        client = self.command("connect", "--count", 3, "--show-handshake", "--subprotocol", "other",
                              "--subprotocol", "chat", "--header", "Cookie: key", url)
        for line in (b"hello\n", "grüß ✓\n".encode(), BIG):
            client.type(line)
            client.stdout.wait_for(line)
        self.assertEqual(client.exit_code(), 0)
        told = client.stderr.rest()
        for head in ("> Cookie: (hidden)", "< HTTP/1.1 101 Switching Protocols"):
            self.assertIn(head, told)
        self.assertIn("< sec-websocket-protocol: chat", list(map(str.lower, told)))
        client = self.command("connect", "--timeout", "10s", url)
        client.type("close\n")
        client.stdout.all()
        self.assertIn(client.exit_code(), (0, 1))

    def test_a_client_of_websockets(self):
        self.check_client("websockets_peer.py")

    def test_a_client_of_websocket_client(self):
        self.check_client("websocket_client_peer.py")

    def test_a_client_of_aiohttp(self):
        self.check_client("aiohttp_peer.py")

    def test_a_client_of_tornado(self):
        self.check_client("tornado_peer.py")

    def test_a_client_of_npm_ws(self):
        self.check_client("ws_peer.js")

    def test_a_server_of_websockets(self):
        self.check_server("websockets_peer.py")

    def test_a_server_of_aiohttp(self):
        self.check_server("aiohttp_peer.py")

    def test_a_server_of_tornado(self):
        self.check_server("tornado_peer.py")

    def test_a_server_of_npm_ws(self):
        self.check_server("ws_peer.js")

    def test_wscat(self):
        client = self.wscat(self.serve()[1])
        client.stdout.wait_for(b"hello")
        self.assertEqual(client.exit_code(), 0)


class OverTls(TlsTest, Peers):
    def test_a_client_of_npm_ws(self):
        _, port = self.serve("wss", options=("--subprotocol", "chat"))
        os.environ["NODE_EXTRA_CA_CERTS"] = self.file("ca.pem")
        self.addCleanup(os.environ.pop, "NODE_EXTRA_CA_CERTS")
        peer = self.peer("ws_peer.js", "talk", f"wss://{HOST}:{port}/", FOREIGN)
        self.assertEqual(peer.exit_code(30), 0)

    def test_a_server_of_npm_ws(self):
        peer = self.peer("ws_peer.js", "serve", self.file("localhost.pem"),
                         self.file("localhost.key"))
        code, came, _ = self.ask(f"wss://127.0.0.1:{peer.port()}/", "hello\ngrüß ✓\n", *self.trust,
                                 "--count", 2, "--compress", "--subprotocol", "chat")
        self.assertEqual((code, came.decode()), (0, "hello\ngrüß ✓\n"))

    def test_wscat(self):
        _, port = self.serve("wss")
        client = self.wscat(f"wss://{HOST}:{port}/", "--ca", self.file("ca.pem"))
        client.stdout.wait_for(b"hello")
        self.assertEqual(client.exit_code(), 0)


class Report(ProgramTest):
    """The tutorial's pair of programs, and the same without coroutines."""

    def program(self, kind, name, port):
        """Starts the example, or the original with the Python that has `websockets`."""
        if kind == BOWLINE:
            return self._start(runnable(BIN / "examples" / name), ["127.0.0.1", port])
        return self._start([sys.executable, str(PROGRAMS / f"{name}.py")], ["127.0.0.1", port])

    def check_pair(self, server_kind, server_name, client_kind, client_name):
        """Fails unless the client is told what it sent, and both end."""
        server = self.program(server_kind, server_name, 0)
        client = self.program(client_kind, client_name, server.port())
        shown = "b'Hello world!'" if server_kind == BOWLINE else "'Hello world!'"
        awaited = rf"Received \[CONNECTION\] Received {shown} from {ADDR}"
        self.check_lines(client.stdout.rest(), awaited)
        self.assertEqual(client.exit_code(), 0)
        self.check_lines(server.stdout.lines(2), rf"\[CONNECTION\] Connected to {ADDR}",
                         rf"\[CONNECTION\] Disconnected from {ADDR}")

    def test_a_client_is_told_what_it_sent(self):
        for name, server_kind, client_kind in pairs("web_socket_server"):
            with self.part(name, server_kind, client_kind):
                self.check_pair(server_kind, name, client_kind, "web_socket_client")

    def test_a_blocking_client_and_a_blocking_server_do_the_same(self):
        blocking = "web_socket_blocking"
        for server_kind, server_name, client_kind, client_name in (
                (BOWLINE, f"{blocking}_server", PYTHON, "web_socket_client"),
                (PYTHON, "web_socket_server", BOWLINE, f"{blocking}_client"),
                (BOWLINE, f"{blocking}_server", BOWLINE, f"{blocking}_client")):
            with self.part(server_name, server_kind, client_kind):
                self.check_pair(server_kind, server_name, client_kind, client_name)


class Http(ProgramTest):
    def setUp(self):
        super().setUp()
        server = self.command("serve", "echo", "--listen", "ws://127.0.0.1:0")
        self.url = f"http://127.0.0.1:{server.port()}"

    def curl(self, *arguments):
        """Gives what curl prints."""
        return subprocess.run(["curl", "-sS", "--max-time", "10", *arguments], text=True,
                              capture_output=True, check=True).stdout

    def test_curl_gets_the_page_and_no_other(self):
        self.assertIn("<title>bowline</title>", self.curl(self.url))
        head = self.curl("-i", f"{self.url}/else")
        self.assertIn("404", head.splitlines()[0])
        head = self.curl("-I", self.url)
        self.assertIn("text/html", head)

    def test_curl_gets_a_head_that_is_too_long_refused(self):
        head = self.curl("-i", "-H", "X: " + "y" * 100_000, self.url)
        self.assertIn("431", head.splitlines()[0])

    def test_curl_opens_a_websocket(self):
        # The key and its answer are those of RFC 6455 1.3. curl then waits for a body.
        asked = subprocess.run(
            ["curl", "-sS", "-i", "-N", "--max-time", "1", "-H", "Connection: Upgrade",
             "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
             "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", self.url],
            text=True, capture_output=True, check=False)
        self.assertIn("101", asked.stdout.splitlines()[0])
        self.assertIn("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", asked.stdout)


class Browser(TlsTest):
    """A headless Chromium opens the server's page, whose script opens a WebSocket."""

    def check_page(self, url, *options):
        """Fails unless the page at `url` says that it is connected."""
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not browser:
            self.skipTest("there is no chromium; apt-get install chromium")
        with tempfile.TemporaryDirectory() as folder:
            page = subprocess.run(
                [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                 f"--user-data-dir={folder}", "--virtual-time-budget=3000", *options, url],
                text=True, capture_output=True, timeout=35, check=True).stdout
        self.assertIn(f"connected to {url.replace('http', 'ws', 1)}", page)

    def test_connects_from_the_page(self):
        _, port = self.serve("ws")
        self.check_page(f"http://127.0.0.1:{port}/")

    def test_connects_from_the_page_over_TLS(self):
        _, port = self.serve("wss")
        self.check_page(f"https://{HOST}:{port}/", "--ignore-certificate-errors")


if __name__ == "__main__":
    unittest.main()
