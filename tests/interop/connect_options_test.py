"""`bowline connect` with its options, its exit codes, and streams that misbehave."""

import contextlib
import hashlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from harness import BIN, WAIT_MAX, ProgramTest, runnable
from wire import MIB, echo, receive_exactly, receive_to_end, refusing, serving

# Far less than what is sent, and enough for a program with sanitizers.
HELD_MAX = 64 * MIB
FLOOD = 256 * MIB


def answer_with(*pieces, pause=0.0):
    """Gives a server that sends `pieces`, then waits for the client, which may leave early."""

    def serve(peer):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                peer.sendall(piece)
                time.sleep(pause)
            receive_to_end(peer)

    return serve


def silent(peer):
    """A server that reads, and says nothing until the client leaves."""
    receive_to_end(peer)


class ConnectTest(ProgramTest):
    def connect(self, port, *options):
        """Starts `bowline connect` to a port of 127.0.0.1."""
        return self.command("connect", f"tcp://127.0.0.1:{port}", *options)

    def check_end(self, client, exit_code=0, stderr=""):
        """Fails unless the client ends so; `stderr` is a pattern for all it told."""
        self.assertEqual(client.exit_code(), exit_code)
        self.assertRegex(client.stderr.all().decode(), f"(?s)^{stderr}$")


class Count(ConnectTest):
    def test_it_ends_after_so_many_lines_and_shows_no_more(self):
        with serving(answer_with(b"one\ntwo\nthree\n")) as port:
            client = self.connect(port, "--count", 2)
            self.check_end(client)
            self.assertEqual(client.stdout.all(), b"one\ntwo\n")

    def test_lines_may_come_in_pieces(self):
        pieces = [bytes([value]) for value in b"one\ntwo\nthree\n"]
        with serving(answer_with(*pieces, pause=0.001)) as port:
            client = self.connect(port, "-n", 2)
            self.check_end(client)
            self.assertEqual(client.stdout.all(), b"one\ntwo\n")

    def test_text_without_a_line_end_counts_after_a_pause(self):
        with serving(answer_with(b"accepted")) as port:
            client = self.connect(port, "--count", 1)
            self.check_end(client)
            self.assertEqual(client.stdout.all(), b"accepted")

    def test_fewer_messages_are_a_failure(self):
        with serving(lambda peer: peer.sendall(b"one\ntwo")) as port:
            client = self.connect(port, "--count", 3)
            self.check_end(client, 1, "error: .*2 of 3 messages came\n")
            self.assertEqual(client.stdout.all(), b"one\ntwo")


class Waiting(ConnectTest):
    def test_it_waits_for_the_answer_as_long_as_it_is_told(self):
        left = threading.Event()

        def answer_and_stay(peer):
            peer.sendall(b"early")
            left.wait(WAIT_MAX)

        with serving(answer_and_stay) as port:
            client = self.connect(port, "--wait", "0.3")
            start = time.monotonic()
            client.type_end()
            self.check_end(client)
            self.assertGreaterEqual(time.monotonic() - start, 0.3)
            self.assertEqual(client.stdout.all(), b"early")
            left.set()

    def test_without_a_wait_what_was_typed_still_arrives(self):
        came = []
        with serving(lambda peer: came.append(receive_to_end(peer))) as port:
            client = self.connect(port, "--wait", 0)
            client.type("x" * 100_000)
            client.type_end()
            self.check_end(client)
        self.assertEqual(came, [b"x" * 100_000])

    def test_the_wait_begins_with_the_end_of_input(self):
        with serving(echo) as port:
            client = self.connect(port, "--wait", "0.1")
            for line in ("one", "two"):
                time.sleep(0.2)
                client.type(line + "\n")
                self.assertEqual(client.stdout.line(), line)
            client.type_end()
            self.check_end(client)

    def test_silence_in_both_directions_is_a_timeout(self):
        with serving(silent) as port:
            client = self.connect(port, "--timeout", "300ms")
            self.check_end(client, 1, "error: talk to tcp://127.0.0.1:.*: timed out: nothing came "
                                      "or went for 0.3 s\n")

    def test_traffic_holds_the_timeout_off(self):
        with serving(answer_with(*[b"x\n"] * 6, pause=0.2)) as port:
            client = self.connect(port, "--timeout", 1, "--count", 6)
            self.check_end(client)

    def test_connecting_has_the_same_timeout(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as full, \
                socket.socket(socket.AF_UNIX) as first:
            full.bind(f"{folder}/full")
            full.listen(0)
            first.connect(f"{folder}/full")
            client = self.command("connect", f"unix:{folder}/full", "--timeout", "0.3")
            self.check_end(client, 1, "error: connect to unix:.*: timed out after 300 ms\n")


class Formats(ConnectTest):
    def test_hex_shows_offset_bytes_and_text(self):
        with serving(lambda peer: peer.sendall(bytes(range(30, 50)))) as port:
            client = self.connect(port, "--hex")
            self.check_end(client)
            self.assertEqual(client.stdout.rest(), [
                "00000000  1e 1f 20 21 22 23 24 25  26 27 28 29 2a 2b 2c 2d  |.. !\"#$%&'()*+,-|",
                "00000010  2e 2f 30 31                                       |./01|"])

    def test_verbose_tells_on_stderr_only(self):
        with serving(echo) as port:
            client = self.connect(port, "--verbose")
            client.type("hello")
            client.type_end()
            self.check_end(client, 0, rf"connected to tcp://127.0.0.1:{port} from 127.0.0.1:\d+\n"
                                      rf"tcp://127.0.0.1:{port} closed the connection\n"
                                      r"sent 5 bytes, received 5\n")
            self.assertEqual(client.stdout.all(), b"hello")


class Prompt(ConnectTest):
    def serve_ack(self, peer):
        """The ack server of the tutorial."""
        while request := peer.recv(1024):
            self.requests.append(request)
            closing = request.lower() == b"close"
            peer.sendall(b"Closed" if closing else b"accepted")
            if closing:
                return

    def setUp(self):
        super().setUp()
        self.requests = []

    def test_it_is_the_client_of_the_tutorial(self):
        with serving(self.serve_ack) as port:
            client = self.connect(port, "--prompt")
            client.type("hello\nhéllo wörld ✓\nClOsE\nmore\n")
            self.check_end(client)
            self.assertEqual(client.stdout.rest(),
                             ["Enter message: Received: accepted"] * 2
                             + ["Enter message: Connection to server closed"])
        self.assertEqual(self.requests, [b"hello", "héllo wörld ✓".encode(), b"ClOsE"])

    def test_a_message_has_at_most_1024_bytes(self):
        with serving(self.serve_ack) as port:
            client = self.connect(port, "--prompt")
            client.type("x" * 3000 + "\n\nclose")
            client.type_end()
            self.check_end(client)
        self.assertEqual(self.requests, [b"x" * 1024, b"close"])

    def test_the_end_of_input_ends_it(self):
        with serving(self.serve_ack) as port:
            client = self.connect(port, "--prompt")
            client.type_end()
            self.check_end(client)
            self.assertEqual(client.stdout.rest(),
                             ["Enter message: ", "Connection to server closed"])

    def test_a_server_that_leaves_is_noticed_at_the_prompt(self):
        with serving(lambda peer: None) as port:
            client = self.connect(port, "--prompt")
            self.check_end(client)
            self.assertEqual(client.stdout.rest(), ["Enter message: Connection to server closed"])


class Large(ConnectTest):
    def test_64_mib_go_through_both_ways(self):
        block = os.urandom(MIB)
        with serving(echo) as port, tempfile.TemporaryFile() as file:
            for _ in range(64):
                file.write(block)
            file.seek(0)
            client = subprocess.run([*runnable(BIN / "bowline"), "connect", f"127.0.0.1:{port}"],
                                    stdin=file, stdout=subprocess.PIPE, timeout=WAIT_MAX * 2)
            self.assertEqual(client.returncode, 0)
            self.assertEqual(hashlib.sha256(client.stdout).digest(),
                             hashlib.sha256(block * 64).digest())

    def test_a_slow_reader_of_stdout_slows_the_peer_and_costs_no_memory(self):
        sent = []

        def flood(peer):
            peer.settimeout(0.5)
            try:
                while len(sent) < FLOOD // MIB:
                    peer.sendall(bytes(MIB))
                    sent.append(MIB)
            except TimeoutError:
                pass

        with serving(flood) as port:
            reader, writer = os.pipe()
            client = subprocess.Popen(
                [*runnable(BIN / "bowline"), "connect", f"127.0.0.1:{port}"],
                stdin=subprocess.PIPE, stdout=writer)
            os.close(writer)
            time.sleep(1)
            status = pathlib.Path(f"/proc/{client.pid}/status").read_text(encoding="ascii")
            held = int(status.split("VmHWM:")[1].split()[0]) * 1024
            os.close(reader)
            # What could be written to nobody is no failure of the peer.
            self.assertEqual(client.wait(WAIT_MAX), 0)
            client.stdin.close()
        self.assertLess(held, HELD_MAX)
        self.assertLess(len(sent), FLOOD // MIB)


class Endings(ConnectTest):
    def test_a_peer_that_only_listens_gets_everything(self):
        message, came = os.urandom(8 * MIB), []

        def listen(peer):
            peer.shutdown(socket.SHUT_WR)
            came.append(receive_to_end(peer))

        with serving(listen) as port:
            client = self.connect(port)
            client.type(message)
            client.type_end()
            self.check_end(client)
        self.assertTrue(came == [message])

    def test_a_peer_that_does_not_take_everything_is_a_failure(self):
        with serving(lambda peer: receive_exactly(peer, 1)) as port:
            client = self.connect(port)
            client.type(bytes(32 * MIB))
            self.check_end(client, 1, "error: .*")

    def test_a_reader_of_stdout_that_leaves_ends_it(self):
        command = " ".join(runnable(BIN / "bowline"))
        with serving(answer_with(*[b"line\n" * 100_000] * 10)) as port:
            shell = subprocess.run(
                ["bash", "-c", f"{command} connect :{port} </dev/zero | head -n 1; "
                               "echo ${PIPESTATUS[0]}"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT_MAX)
        self.assertEqual(shell.stdout, b"line\n0\n")
        self.assertEqual(shell.stderr, b"")

    def test_signals_end_it_with_their_number(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), serving(silent) as port:
                client = self.connect(port, "--verbose")
                client.stderr.find("connected")
                client.interrupt(number)
                self.assertEqual(client.exit_code(), 128 + number)

    def test_a_closed_standard_stream_gets_no_connection(self):
        command = " ".join(runnable(BIN / "bowline"))
        with serving(echo, connections=2) as port:
            for redirection, exit_code in (("<&-", 0), (">&-", 1)):
                with self.subTest(redirection):
                    shell = subprocess.run(
                        ["bash", "-c", f"{command} connect :{port} {redirection}"], input=b"hello",
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT_MAX)
                    self.assertEqual(shell.returncode, exit_code, shell.stderr)
                    self.assertEqual(shell.stdout, b"")

    def test_a_name_that_does_not_exist_is_a_failure(self):
        client = self.command("connect", "no-such-host.invalid:1")
        self.check_end(client, 1, "error: look up no-such-host.invalid: name .*\n")

    def test_usage_errors_are_one_line_and_2(self):
        with refusing() as port:
            for options in (["--wait", "soon"], ["--count", "0"], ["--hex", "--prompt"], ["more"]):
                with self.subTest(options):
                    client = self.connect(port, *options)
                    self.check_end(client, 2, "error: [^\n]*\n")


if __name__ == "__main__":
    unittest.main()
