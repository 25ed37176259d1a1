"""Each attack of bench/attacks.py in small: what memory and descriptors the server has after it.
How long others wait meanwhile is for `./dev hostile` to measure."""

import contextlib
import sys
import time
import unittest

from harness import BIN, POLL_PERIOD, ROOT, WAIT_MAX, ProgramTest
from wire import ask, connect

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))

import attacks  # noqa: E402
import hostile_rows  # noqa: E402
from watched import Watched  # noqa: E402

SECONDS = 0.2
# Which part of the connections of a whole attack.
SCALE = 0.05
# Those whose peers have vanished go soon.
OPTIONS = ("--handshake-timeout", "2s", "--idle-timeout", "500ms")


class Hostile(ProgramTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, attacks, "SHARE", attacks.SHARE)
        attacks.SHARE = 1

    def test_over_tcp(self):
        self.check_all("tcp")

    def test_over_tls(self):
        self.check_all("tls")

    def test_over_http_and_websocket(self):
        self.check_all("ws")

    def test_where_the_server_finds_out_what_it_is(self):
        self.check_all("any")

    def check_all(self, scheme):
        for row in hostile_rows.ROWS:
            if row.scheme == scheme:
                with self.subTest(row.title):
                    self.check(row)

    def check(self, row):
        """Fails unless the server holds against the attack of `row`, and serves afterwards."""
        schemes = dict.fromkeys(("tcp", row.scheme))
        with Watched(BIN.parent, schemes, (*OPTIONS, *row.options), row.files_max) as server:
            self.echo(server)
            files, before = self.files_at_rest(server), server.memory()[0]
            server.forget_peak()
            attack = getattr(attacks, row.attack)
            try:
                attack(attacks.Target(server.ports, SECONDS, SCALE))
            except PermissionError as failure:
                self.skipTest(f"{row.title}: {failure}")
            self.assertTrue(server.runs())
            self.wait_for_files(server, files)
            self.assertLessEqual(server.memory()[1] - before, row.memory_max(SCALE))
            self.echo(server)

    def echo(self, server):
        """Fails unless the server answers; a client that itself is too slow may try again."""
        give_up = time.monotonic() + WAIT_MAX
        answer = b""
        while answer != b"hello\n":
            self.assertLess(time.monotonic(), give_up, "the server serves nobody else")
            with contextlib.suppress(OSError), connect(server.ports["tcp"]) as peer:
                answer = ask(peer, b"hello\n", 6)

    def files_at_rest(self, server):
        """Gives the least of descriptors that the server is seen to have."""
        least = server.files()
        give_up = time.monotonic() + 20 * POLL_PERIOD
        while time.monotonic() < give_up:
            least = min(least, server.files())
        return least

    def wait_for_files(self, server, count):
        give_up = time.monotonic() + WAIT_MAX
        while server.files() > count:
            self.assertLess(time.monotonic(), give_up, "descriptors are left open")
            time.sleep(POLL_PERIOD)


if __name__ == "__main__":
    unittest.main()
