"""`bowline serve --admin` asked by curl, Python and Prometheus's parser, and `bowline sockets
--server`."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import tempfile
import unittest
import urllib.parse

from prometheus_client.parser import text_string_to_metric_families

from harness import WAIT_MAX
from services_test import ServeTest
from wire import connect, is_ended, receive_exactly

ADMIN = "http://127.0.0.1:0"


class AdminTest(ServeTest):
    def serve_with_admin(self, service="echo", options=(), admin=ADMIN):
        """Starts a server; gives (program, its TCP port, the URL of its admin address)."""
        program = self.command("serve", service, "--listen", "tcp://127.0.0.1:0", "--admin", admin,
                               *options)
        admin_url = program.stderr.find(r"listening on (\S+) \(admin\)")[1]
        url = program.stderr.find(rf"listening on (\S+) \({service}\)")[1]
        return program, urllib.parse.urlsplit(url).port, admin_url

    def ask(self, url, path, method="GET", headers=None):
        """Gives (status, body) of one page."""
        place = urllib.parse.urlsplit(url)
        asking = http.client.HTTPConnection(place.hostname, place.port, timeout=WAIT_MAX)
        try:
            asking.request(method, path, headers=headers or {})
            answer = asking.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asking.close()

    def say_hello(self, peer):
        """Has the echo server answer, which therefore has the connection."""
        peer.sendall(b"hello")
        self.assertEqual(receive_exactly(peer, 5), b"hello")

    def samples(self, url):
        """Gives the value of each metric of the service, by its name and `le` or error."""
        status, text = self.ask(url, "/metrics?queues")
        self.assertEqual(status, 200)
        return {(sample.name, sample.labels.get("le", sample.labels.get("error"))): sample.value
                for family in text_string_to_metric_families(text) for sample in family.samples}


class Metrics(AdminTest):
    def test_count_what_passes(self):
        _, port, url = self.serve_with_admin()
        with connect(port) as peer:
            for _ in range(3):
                self.say_hello(peer)
            samples = self.samples(url)
            self.assertEqual(samples["bowline_connections", None], 1)
            self.assertEqual(samples["bowline_accepted_connections_total", None], 1)
            self.assertEqual(samples["bowline_received_bytes_total", None], 15)
            self.assertEqual(samples["bowline_sent_bytes_total", None], 15)
            self.assertEqual(samples["bowline_answer_duration_seconds_count", None],
                             samples["bowline_answer_duration_seconds_bucket", "+Inf"])
            self.assertGreaterEqual(samples["bowline_answer_duration_seconds_count", None], 3)
            self.assertIn(("bowline_queued_bytes", None), samples)
            self.assertGreater(samples["process_resident_memory_bytes", None], 1_000_000)

    def test_are_for_curl_as_well(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "admin.sock")
            self.serve_with_admin(admin=f"unix:{path}")
            curl = subprocess.run(
                ["curl", "-sS", "-i", "--unix-socket", path, "http://localhost/metrics"],
                capture_output=True, timeout=WAIT_MAX, text=True, check=True)
            self.assertIn("text/plain; version=0.0.4", curl.stdout)
            self.assertIn("\nbowline_draining 0\n", curl.stdout)
            head = subprocess.run(
                ["curl", "-sS", "-I", "--unix-socket", path, "http://localhost/healthz"],
                capture_output=True, timeout=WAIT_MAX, text=True, check=True)
            self.assertTrue(head.stdout.startswith("HTTP/1.1 200 OK"), head.stdout)

    def test_are_there_for_a_relay_too(self):
        _, port = self.serve_tcp("echo")
        relay = self.command("relay", "--listen", "tcp://127.0.0.1:0", "--to", f"127.0.0.1:{port}",
                             "--admin", ADMIN)
        url = relay.stderr.find(r"listening on (\S+) \(admin\)")[1]
        at = relay.stderr.find(r"listening on (\S+) \(relay\)")[1]
        with connect(urllib.parse.urlsplit(at).port) as peer:
            self.say_hello(peer)
            samples = self.samples(url)
            self.assertEqual(samples["bowline_received_bytes_total", None], 5)
            self.assertEqual(samples["bowline_upstream_healthy", None], 1)
            self.assertEqual(samples["bowline_upstream_connections", None], 1)


class Health(AdminTest):
    def fill(self, peer, url):
        """Sends and reads nothing until the server, which echoes, can't write any more either."""
        peer.setblocking(False)
        received = []
        while len(received) < 4 or len(set(received[-4:])) > 1:
            with contextlib.suppress(BlockingIOError):
                while True:
                    peer.send(bytes(65536))
            (one,) = json.loads(self.ask(url, "/connections")[1])
            received.append(one["received_bytes"])

    def test_a_server_that_drains_is_well_but_not_ready(self):
        program, port, url = self.serve_with_admin(options=("--drain-timeout", "1h"))
        self.assertEqual(self.ask(url, "/readyz"), (200, "ready\n"))
        with connect(port) as peer:
            self.say_hello(peer)
            self.fill(peer, url)
            program.interrupt(signal.SIGTERM)
            program.stderr.find("stopping")
            self.assertEqual(self.ask(url, "/readyz"), (503, "draining\n"))
            self.assertEqual(self.ask(url, "/healthz"), (200, "healthy\n"))
        self.assertEqual(program.exit_code(), 0)


class Tokens(AdminTest):
    def test_are_asked_for_all_but_health(self):
        with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
            token = "0123456789abcdef0123456789abcdef"
            file.write(f"prometheus {token}\n")
            file.flush()
            _, _, url = self.serve_with_admin(options=("--admin-tokens", file.name))
            self.assertEqual(self.ask(url, "/healthz")[0], 200)
            self.assertEqual(self.ask(url, "/metrics")[0], 401)
            headers = {"Authorization": f"Bearer {token}"}
            self.assertEqual(self.ask(url, "/metrics", headers=headers)[0], 200)
            stranger = self.command("sockets", "--server", url)
            stranger.stderr.find("permission denied: the server answered 401")
            self.assertEqual(stranger.exit_code(), 1)

    def test_that_were_taken_from_the_file_no_longer_count(self):
        first, second = ({"Authorization": f"Bearer {letter * 32}"} for letter in "ab")
        with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
            file.write(f"prometheus {'a' * 32}\n")
            file.flush()
            program, _, url = self.serve_with_admin(options=("--admin-tokens", file.name))
            self.assertEqual(self.ask(url, "/metrics", headers=first)[0], 200)
            file.seek(0)
            file.write(f"prometheus {'b' * 32}\n")
            file.flush()
            program.stderr.find("admin tokens loaded anew")
            self.assertEqual(self.ask(url, "/metrics", headers=first)[0], 401)
            self.assertEqual(self.ask(url, "/metrics", headers=second)[0], 200)


class Connections(AdminTest):
    def list(self, url):
        """Gives what `sockets --server --json` tells."""
        program = self.command("sockets", "--server", url, "--json")
        text = program.stdout.all()
        self.assertEqual(program.exit_code(), 0)
        return json.loads(text)

    def test_are_listed_and_closed(self):
        _, port, url = self.serve_with_admin()
        with connect(port) as first, connect(port) as second:
            self.say_hello(first)
            self.say_hello(second)
            peers = {one["url"]: one for one in self.list(url)}
            self.assertEqual(len(peers), 2)
            one = peers[f"tcp://127.0.0.1:{first.getsockname()[1]}"]
            self.assertEqual((one["service"], one["state"], one["received_bytes"]),
                             ("echo", "open", 5))
            table = self.command("sockets", "--server", url).stdout.all().decode().splitlines()
            self.assertRegex(table[0], "^NUMBER +SERVICE +STATE +PEER ")
            self.assertEqual(len(table), 3)
            closing = self.command("sockets", "--server", url, "--close", one["connection"])
            self.assertEqual(closing.stdout.line(), f"connection {one['connection']} is closed")
            self.assertTrue(is_ended(first))
            self.say_hello(second)
        again = self.command("sockets", "--server", url, "--close", "77")
        again.stderr.find("There is no connection 77")
        self.assertEqual(again.exit_code(), 1)

    def test_are_traced_until_they_go(self):
        _, port, url = self.serve_with_admin()
        with connect(port) as peer:
            self.say_hello(peer)
            number = self.list(url)[0]["connection"]
            trace = self.command("sockets", "--server", url, "--trace", number)
            while not self.list(url)[0]["traced"]:
                pass
            self.say_hello(peer)
            trace.stdout.find("received 5 bytes")
            trace.stdout.find(r"00000000  68 65 6c 6c 6f +\|hello\|")
            trace.stdout.find("sent 5 bytes")
        trace.stdout.find("closed")
        self.assertEqual(trace.exit_code(), 0)

    def test_can_not_be_asked_of_what_is_no_admin_address(self):
        nobody = self.command("sockets", "--server", "http://127.0.0.1:1")
        nobody.stderr.find("connect to tcp://127.0.0.1:1: connection refused")
        self.assertEqual(nobody.exit_code(), 1)
        datagrams = self.command("sockets", "--server", "udp://127.0.0.1:1")
        datagrams.stderr.find("HTTP goes over")
        self.assertEqual(datagrams.exit_code(), 2)
        mixed = self.command("sockets", "--server", "http://127.0.0.1:1", "--tcp")
        self.assertEqual(mixed.exit_code(), 2)


class Warnings(AdminTest):
    def test_tell_of_an_address_that_others_can_reach(self):
        program = self.command("serve", "echo", "--listen", "tcp://127.0.0.1:0", "--admin",
                               "http://0.0.0.0:0")
        program.stderr.find("warning: http://0.0.0.0:.* can be reached from other machines")


if __name__ == "__main__":
    unittest.main()
