"""`bowline serve --config`: starting from a file, checking one, and SIGHUP."""

import os
import pathlib
import re
import signal
import tempfile
import unittest

from certificates import HOST, TlsTest
from harness import ROOT, ProgramTest
from services_test import TCP
from wire import ask, connect, connect_url, is_ended, receive_exactly

GUIDE = ROOT / "docs/guide/configuration.md"


class ConfigTest(ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.place = pathlib.Path(holder.name)
        self.path = self.place / "bowline.toml"

    def write(self, *lines):
        """Writes the configuration file, anew."""
        self.path.write_text("".join(f"{line}\n" for line in lines))

    def serve(self, *options):
        """Starts a server from the file; gives (program, URL)."""
        program = self.command("serve", "--config", self.path, *options)
        return program, program.stderr.find(r"listening on (\S+)")[1]

    def serve_tcp(self, *lines):
        """Starts an echo server at a free port from a file with `lines`; gives (program, port)."""
        self.write(f'listen = "{TCP}"', *lines)
        program, url = self.serve()
        return program, int(url.rsplit(":", 1)[1])

    def hang_up(self, program, *lines):
        """Writes the file anew, beside where it listens, and has it read."""
        self.write(f'listen = "{TCP}"', *lines)
        program.interrupt(signal.SIGHUP)

    def check(self, *options):
        """Gives (exit code, what is printed, what is told) of --check."""
        program = self.command("serve", "--config", self.path, "--check", *options)
        return (program.exit_code(), program.stdout.all().decode(),
                program.stderr.all().decode().replace(f"{self.place}/", ""))


class Starting(ConfigTest):
    def test_a_file_says_what_is_served_and_where(self):
        self.write('service = "ack"', f'listen = "unix:{self.place}/sock"', "threads = 1")
        _, url = self.serve()
        self.assertEqual(url, f"unix:{self.place}/sock")
        with connect_url(url) as peer:
            self.assertEqual(ask(peer, b"hello", 8), b"accepted")

    def test_a_service_may_come_last(self):
        program = self.command("serve", "--listen", TCP, "ack")
        program.stderr.find(r"listening on \S+ \(ack\)")

    def test_a_server_without_files_survives_SIGHUP(self):
        program = self.command("serve", "--listen", TCP)
        program.stderr.find("listening on")
        program.interrupt(signal.SIGHUP)
        program.stderr.find("files stay as they were: none was named")
        program.interrupt(signal.SIGTERM)
        self.assertEqual(program.exit_code(), 0)

    def test_the_command_line_wins(self):
        self.write('service = "ack"', f'listen = "unix:{self.place}/sock"', "quiet = true")
        _, url = self.serve("echo", "--listen", TCP, "--quiet=false")
        with connect_url(url) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        self.assertFalse((self.place / "sock").exists())

    def test_mistakes_are_told_in_place_of_a_start(self):
        self.write('listn = ":1"', 'threads = "2"')
        program = self.command("serve", "--config", self.path)
        self.assertEqual(program.exit_code(), 2)
        self.assertEqual(program.stderr.all().decode(),
                         f"error: {self.path}:1:1: there is no option 'listn'; did you mean "
                         "'listen'?\n"
                         f"error: {self.path}:2:11: threads takes an integer, not a string\n")

    def test_a_relay_has_one_too(self):
        self.write(f'listen = "{TCP}"', 'to = ["127.0.0.1:9"]', "check-interval = 0")
        program = self.command("relay", "--config", self.path)
        program.stderr.find("listening on tcp://127.0.0.1:")


class Checking(ConfigTest, TlsTest):
    def test_a_file_that_is_right_is_ok(self):
        self.write('listen = "wss://:1"', f'cert = "{self.file("localhost.pem")}"',
                   f'key = "{self.file("localhost.key")}"')
        self.assertEqual(self.check(), (0, f"{self.path}: ok\n", ""))

    def test_a_relay_is_checked_too(self):
        self.write('to = "127.0.0.1:9"', f'listen = "{TCP}"')
        program = self.command("relay", "--config", self.path, "--check")
        self.assertEqual((program.exit_code(), program.stdout.all().decode()),
                         (0, f"{self.path}: ok\n"))
        self.write(f'listen = "{TCP}"', 'to-file = "none"', 'cert = "none.pem"')
        program = self.command("relay", "--config", self.path, "--check")
        self.assertEqual(program.exit_code(), 2)
        told = program.stderr.all().decode()
        self.assertIn(f"error: {self.path}:2:11: read the upstreams in {self.place}/none", told)
        self.assertIn(f"error: {self.path}:3:8: ", told)

    def test_the_place_of_each_mistake_is_told(self):
        (self.place / "tokens").write_text("nonsense\n")
        (self.place / "tokens").chmod(0o600)
        self.write("# ours", 'listen = "udp://:1"', 'framing = "line"', 'cert = "none.pem"',
                   'key = "none.key"', 'auth-tokens = "tokens"',
                   'admin = "http://127.0.0.1:0"', 'admin-tokens = "tokens"')
        code, printed, told = self.check()
        self.assertEqual((code, printed), (2, ""))
        self.check_lines(told.splitlines(),
                         r"error: bowline.toml:3:11: --framing is for bytes .*",
                         r"error: bowline.toml:4:8: .*none.pem: no such file.*",
                         r"error: bowline.toml:8:16: read tokens tokens, line 1: .*",
                         r"error: bowline.toml:6:15: read tokens tokens, line 1: .*")

    def test_what_can_not_be_listened_at_is_a_mistake(self):
        self.write("listen = [", f'  "{TCP}",', '  "wss://:1",', "]")
        code, _, told = self.check()
        self.assertEqual(code, 2)
        self.assertRegex(told, r"^error: bowline.toml:3:3: listen on wss://:1: .*TLS needs a cert")

    def test_what_can_not_be_a_place_is_a_mistake(self):
        self.write('listen = "localhost"', 'admin = "https://127.0.0.1:0"')
        code, _, told = self.check()
        self.assertEqual(code, 2)
        self.assertRegex(told, r"error: bowline.toml:2:9: .*TLS needs a certificate")
        self.write('listen = "localhost"', 'admin = "foo"')
        self.assertRegex(self.check()[2], r"error: bowline.toml:2:9: .*it has no port")
        self.write('listen = "localhost"')
        self.assertRegex(self.check()[2], r"error: bowline.toml:1:10: .*it has no port")

    def test_what_is_no_number_has_its_place_too(self):
        self.write('rate-bytes = "5Q"', 'rate-messages = "many"', 'idle-timeout = "5X"')
        code, _, told = self.check()
        self.assertEqual(code, 2)
        self.check_lines(told.splitlines(),
                         r"error: bowline.toml:1:14: rate-bytes: '5Q' is no number; .*",
                         r"error: bowline.toml:2:17: rate-messages: 'many' is no number; .*",
                         r"error: bowline.toml:3:16: idle-timeout: .*")

    def test_nothing_is_listened_at(self):
        self.write(f'listen = "unix:{self.place}/sock"')
        self.assertEqual(self.check()[0], 0)
        self.assertFalse((self.place / "sock").exists())

    def test_the_example_of_the_guide_is_ok(self):
        (example,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        for name in ("localhost.pem", "localhost.key", "ca.pem"):
            (self.place / name).write_bytes(pathlib.Path(self.file(name)).read_bytes())
        (self.place / "tokens").write_text("alice the-token-of-alice-is-long-enough\n")
        (self.place / "tokens").chmod(0o600)
        self.path.write_text(example)
        self.assertEqual(self.check(), (0, f"{self.path}: ok\n", ""))


class HangingUp(ConfigTest, TlsTest):
    def served(self, port):
        """True if one more client is served, False if it is turned away."""
        try:
            with connect(port) as peer:
                return ask(peer, b"hello", 5) == b"hello"
        except ConnectionError:
            return False

    def test_a_new_limit_takes_effect(self):
        program, port = self.serve_tcp("max-per-address = 1")
        with connect(port) as first:
            self.assertEqual(ask(first, b"hello", 5), b"hello")
            self.assertFalse(self.served(port))
            self.hang_up(program, "max-per-address = 100")
            program.stderr.find("options max-per-address loaded anew")
            # When the loop that accepts has heard of it is its affair.
            while not self.served(port):
                pass
            self.assertEqual(ask(first, b"again", 5), b"again")

    def test_a_connection_that_is_there_gets_the_new_idle_timeout(self):
        program, port = self.serve_tcp()
        with connect(port) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
            self.hang_up(program, 'idle-timeout = "50ms"')
            self.assertTrue(is_ended(peer))

    def test_a_file_with_mistakes_changes_nothing(self):
        program, port = self.serve_tcp("max-per-address = 1")
        with connect(port) as first:
            self.assertEqual(ask(first, b"hello", 5), b"hello")
            self.hang_up(program, "max-per-address = 100", "threads = 0", 'cert = "none.pem"',
                         "quiet = 1")
            told = rf"options stay as they were: {self.path}"
            program.stderr.find(rf"{told}:3:11: threads: value 0 not in range")
            program.stderr.find(rf"{told}:5:9: quiet takes true or false")
            self.hang_up(program, "max-per-address = 100", 'auth-tokens = "none"')
            program.stderr.find(rf"{told}:3:15: read tokens .*none")
            self.assertFalse(self.served(port))

    def test_what_takes_a_restart_is_told(self):
        program, port = self.serve_tcp("max-per-address = 10")
        self.hang_up(program, "max-per-address = 20", "threads = 3", "backlog = 7")
        program.stderr.find("options max-per-address loaded anew")
        program.stderr.find("options backlog, threads stay as they were: .* takes a restart")
        self.hang_up(program, "max-per-address = 20", "threads = 3")
        program.stderr.find("options threads stay as they were: .* takes a restart")
        self.hang_up(program, "max-per-address = 20")
        program.stderr.find("options loaded anew")
        self.assertTrue(self.served(port))

    def test_a_relay_follows_its_upstreams(self):
        servers = [self.command("serve", "ack", "--listen", TCP), self.command("serve", "echo",
                                                                               "--listen", TCP)]
        ack, echo = (server.stderr.find(r"listening on (\S+)")[1] for server in servers)
        self.write(f'listen = "{TCP}"', f'to = "{ack}"', "check-interval = 0")
        relay = self.command("relay", "--config", self.path)
        port = int(relay.stderr.find(r"listening on \S+:(\d+)")[1])
        with connect(port) as first:
            self.assertEqual(ask(first, b"hello\n", 8), b"accepted")
            self.hang_up(relay, f'to = "{echo}"', "check-interval = 0", "max-per-address = 9",
                         "threads = 3")
            relay.stderr.find("options max-per-address, to loaded anew")
            relay.stderr.find("options threads stay as they were: .* takes a restart")
            relay.stderr.find("upstreams loaded anew")
            self.assertTrue(self.served(port))
            self.assertEqual(ask(first, b"again\n", 8), b"accepted")

    def test_a_relay_stays_as_it_is_when_there_are_mistakes(self):
        self.write(f'listen = "{TCP}"', 'to = "127.0.0.1:9"', "check-interval = 0")
        relay = self.command("relay", "--config", self.path)
        relay.stderr.find("listening on")
        self.hang_up(relay, 'to-file = "none"', "check-interval = 0")
        relay.stderr.find(f"options stay as they were: {self.path}:2:11: read the upstreams in ")
        relay.interrupt(signal.SIGTERM)
        self.assertEqual(relay.exit_code(), 0)

    def test_new_certificates_are_taken_up_though_the_options_have_mistakes(self):
        for name in ("localhost.pem", "localhost.key"):
            (self.place / name).write_bytes(pathlib.Path(self.file(name)).read_bytes())
        program, _ = self.serve_tcp('cert = "localhost.pem"', 'key = "localhost.key"')
        os.utime(self.place / "localhost.pem")
        self.hang_up(program, "threads = 0")
        program.stderr.find("options stay as they were")
        program.stderr.find("certificates loaded anew")

    def test_certificates_and_tokens_may_come_from_other_files(self):
        for name in ("alice", "bob"):
            (self.place / name).write_text(f"{name} the-token-of-{name}-is-long-enough\n")
            (self.place / name).chmod(0o600)
        program, port = self.serve_tls(HOST, "alice")
        self.assertEqual(self.greeting(port, HOST, "alice"), b"ok alice\n")
        self.write(*self.secure("other.example.org", "bob"))
        program.interrupt(signal.SIGHUP)
        program.stderr.find("options auth-tokens, cert, key loaded anew")
        program.stderr.find("credentials loaded anew")
        self.assertEqual(self.greeting(port, "other.example.org", "bob"), b"ok bob\n")
        # They are watched now in place of the first ones.
        (self.place / "bob").write_text("carol the-token-of-carol-is-long-enough\n")
        program.stderr.find("credentials loaded anew")
        self.assertEqual(self.greeting(port, "other.example.org", "carol"), b"ok carol\n")

    def secure(self, host, tokens):
        return ('listen = "tls://127.0.0.1:0"', f'cert = "{self.file(host)}.pem"',
                f'key = "{self.file(host)}.key"', f'auth-tokens = "{tokens}"')

    def serve_tls(self, host, tokens):
        self.write(*self.secure(host, tokens))
        program, url = self.serve()
        return program, int(url.rsplit(":", 1)[1])

    def greeting(self, port, host, name):
        """Gives what the server says to the user `name`, who expects it to be `host`."""
        with self.connect_tls(port, host=host) as peer:
            peer.sendall(f"Authorization: Bearer the-token-of-{name}-is-long-enough\n".encode())
            return receive_exactly(peer, len(f"ok {name}\n"))

    def test_the_log_follows(self):
        program, port = self.serve_tcp()
        self.hang_up(program, 'log = "json"')
        program.stderr.find(r'"event":"reloaded","what":"options log"')
        self.assertTrue(self.served(port))
        program.stderr.find('"event":"accepted"')

    def test_a_quiet_server_can_be_made_to_talk(self):
        program, port = self.serve_quietly()
        self.hang_up(program)
        program.stderr.find("options quiet loaded anew")
        self.assertTrue(self.served(port))
        program.stderr.find("connection 1 from")

    def serve_quietly(self):
        self.write(f'listen = "{TCP}"', "quiet = true")
        program = self.command("serve", "--config", self.path)
        return program, program.port()


if __name__ == "__main__":
    unittest.main()
