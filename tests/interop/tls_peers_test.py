"""TLS with the programs that others use: openssl, gnutls-cli and gnutls-serv, socat, ncat."""

import socket
import subprocess
import unittest

from certificates import HOST, TlsTest, needs
from harness import WAIT_MAX

VERSIONS = {"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}


class PeersTest(TlsTest):
    def say(self, argv, text=b"hello\n", awaited=b"hello\n"):
        """Runs a client that says `text`, until `awaited` was printed; gives all it printed."""
        program = self._start(argv, ())
        program.type(text)
        program.stdout.wait_for(awaited)
        program.type_end()
        program.exit_code()
        return program.stdout.all().decode() + program.stderr.all().decode()

    def start_peer(self, *argv):
        """Starts a peer's server; gives the port on which it listens."""
        program = self._start(list(argv), ())
        return program.port()

    def free_port(self):
        """Gives a port for servers that can't choose one of their own."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return probe.getsockname()[1]


@needs("openssl")
class OpenSsl(PeersTest):
    def client(self, port, *options):
        return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", HOST,
                "-CAfile", self.file("ca.pem"), "-verify_return_error", *options]

    def test_s_client_talks_in_both_versions(self):
        _, port = self.serve()
        for name, option in VERSIONS.items():
            with self.subTest(name):
                told = self.say(self.client(port, "-brief", option))
                self.assertIn(f"Protocol version: {name}", told)
                self.assertIn("Verification: OK", told)

    def test_s_client_takes_up_its_session_again(self):
        _, port = self.serve()
        for name, option in VERSIONS.items():
            with self.subTest(name):
                file = self.file(f"session-{name}")
                told = self.say(self.client(port, option, "-sess_out", file))
                self.assertIn("New, ", told)
                self.assertIn("Reused, ", self.say(self.client(port, option, "-sess_in", file)))

    def test_s_client_shows_its_certificate(self):
        _, port = self.serve(options=("--client-ca", self.file("ca.pem")))
        for name, option in VERSIONS.items():
            with self.subTest(name):
                shown = ("-cert", self.file("alice.pem"), "-key", self.file("alice.key"))
                self.assertIn("Verification: OK",
                              self.say(self.client(port, "-brief", option, *shown)))

    def test_s_server_answers_in_both_versions(self):
        for name, option in VERSIONS.items():
            with self.subTest(name):
                port = self.start_peer("openssl", "s_server", "-accept", "127.0.0.1:0", "-quiet",
                                       "-rev", option, *self.s_server_certificate())
                code, came, told = self.ask(f"tls://{HOST}:{port}", "hello\n", *self.trust,
                                            "--show-handshake", "--count", "1")
                self.assertEqual((code, came), (0, b"olleh\n"))
                self.assertIn(name, told)

    def test_s_server_that_asks_gets_a_certificate(self):
        port = self.start_peer("openssl", "s_server", "-accept", "127.0.0.1:0", "-quiet", "-rev",
                               "-Verify", "1", "-verify_return_error", "-CAfile",
                               self.file("ca.pem"), *self.s_server_certificate())
        code, came, _ = self.ask(f"tls://{HOST}:{port}", "hello\n", *self.trust,
                                 *self.shown("alice"), "--count", "1")
        self.assertEqual((code, came), (0, b"olleh\n"))

    def s_server_certificate(self):
        return ["-cert", self.file("localhost.pem"), "-key", self.file("localhost.key")]


@needs("gnutls-cli", "gnutls-serv")
class GnuTls(PeersTest):
    PRIORITIES = {"TLS1.2": "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                  "TLS1.3": "NORMAL:-VERS-ALL:+VERS-TLS1.3"}

    def test_gnutls_cli_talks_in_both_versions(self):
        _, port = self.serve()
        for name, priority in self.PRIORITIES.items():
            with self.subTest(name):
                told = self.say(["gnutls-cli", "--x509cafile", self.file("ca.pem"), "--port",
                                 str(port), "--priority", priority, HOST])
                self.assertIn(name, told)

    def test_gnutls_cli_takes_up_its_session_again(self):
        _, port = self.serve()
        done = subprocess.run(["gnutls-cli", "--x509cafile", self.file("ca.pem"), "--port",
                               str(port), "--resume", "--waitresumption", HOST], input=b"",
                              capture_output=True, timeout=WAIT_MAX, check=False)
        self.assertIn(b"This is a resumed session", done.stdout + done.stderr)

    def test_gnutls_serv_echoes_in_both_versions(self):
        for name, priority in self.PRIORITIES.items():
            with self.subTest(name):
                port = self.free_port()
                program = self._start(["gnutls-serv", "--echo", "--port", str(port),
                                       "--priority", priority, "--x509certfile",
                                       self.file("localhost.pem"), "--x509keyfile",
                                       self.file("localhost.key")], ())
                program.port()
                code, came, _ = self.ask(f"tls://{HOST}:{port}", "hello\n", *self.trust,
                                         "--count", "1")
                self.assertEqual((code, came), (0, b"hello\n"))


@needs("socat")
class Socat(PeersTest):
    def test_socat_talks_to_our_server(self):
        _, port = self.serve()
        self.say(["socat", "-", f"OPENSSL:{HOST}:{port},pf=ip4,cafile={self.file('ca.pem')}"])

    def test_socat_serves_our_client(self):
        shown = f"cert={self.file('localhost.pem')},key={self.file('localhost.key')}"
        port = self.start_peer("socat", f"OPENSSL-LISTEN:0,pf=ip4,bind=127.0.0.1,verify=0,{shown}",
                               "PIPE")
        code, came, _ = self.ask(f"tls://{HOST}:{port}", "hello\n", *self.trust)
        self.assertEqual((code, came), (0, b"hello\n"))


@needs("ncat")
class Ncat(PeersTest):
    def test_ncat_talks_to_our_server(self):
        _, port = self.serve()
        self.say(["ncat", "--ssl-verify", "--ssl-trustfile", self.file("ca.pem"), HOST, str(port)])

    def test_ncat_serves_our_client(self):
        port = self.free_port()
        program = self._start(["ncat", "--listen", "127.0.0.1", str(port), "--keep-open",
                               "--ssl", "--ssl-cert", self.file("localhost.pem"), "--ssl-key",
                               self.file("localhost.key"), "--exec", "/bin/cat"], ())
        program.port()
        # It ends all at the end of what it reads, so that comes last.
        client = self.command("connect", *self.trust, f"tls://{HOST}:{port}")
        client.type("hello\n")
        client.stdout.wait_for(b"hello\n")
        client.type_end()
        self.assertEqual(client.stdout.all(), b"hello\n")


@needs("sslscan")
class SslScan(PeersTest):
    def test_sslscan_finds_nothing_that_is_old_or_weak(self):
        _, port = self.serve()
        done = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{port}"], text=True,
                              capture_output=True, timeout=WAIT_MAX, check=True)
        told = " ".join(done.stdout.split())
        for name in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
            self.assertIn(f"{name} disabled", told)
        for name in ("TLSv1.2", "TLSv1.3"):
            self.assertIn(f"{name} enabled", told)
        for fact in ("supports TLS Fallback SCSV", "renegotiation not supported",
                     "TLSv1.2 not vulnerable to heartbleed"):
            self.assertIn(fact, told)
        self.assertNotRegex(told, r"(?i)\b(RC4|3?DES|NULL|EXPORT|MD5|anon)\b|\bADH|\bCBC")


if __name__ == "__main__":
    unittest.main()
