"""`bowline serve` and `bowline connect` over TLS, with Python's ssl at the other end."""

import os
import re
import shutil
import signal
import socket
import ssl
import threading
import unittest

from certificates import HOST, TlsTest, make
from harness import WAIT_MAX
from wire import MIB, ask, connect, is_ended, receive_exactly, reset


class Serving(TlsTest):
    def test_python_gets_back_a_mebibyte_with_each_version(self):
        _, port = self.serve()
        data = os.urandom(MIB)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version.name):
                context = self.client_context()
                context.minimum_version = context.maximum_version = version
                with self.connect_tls(port, context) as peer:
                    self.assertEqual(peer.version().replace(".", "_"), version.name)
                    sender = threading.Thread(target=peer.sendall, args=(data,))
                    sender.start()
                    self.assertTrue(receive_exactly(peer, MIB) == data)
                    sender.join()
                    # The goodbye of one side is answered by the other.
                    peer.unwrap().close()

    def test_nothing_older_than_TLS_1_2_is_spoken(self):
        program, port = self.serve()
        context = self.client_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect_tls(port, context)
        program.stderr.find(r"failed after .*1\.[01]")

    def test_a_plain_client_is_told_in_the_log(self):
        program, port = self.serve()
        with connect(port) as peer:
            peer.sendall(b"hello, is anybody there?")
            program.stderr.find("failed after .*TLS")

    def test_clients_show_who_they_are_when_that_is_required(self):
        program, port = self.serve(options=("--client-ca", self.file("ca.pem")))
        with self.connect_tls(port, self.client_context("alice")) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            with self.connect_tls(port) as peer:
                peer.sendall(b"hello")
                peer.recv(5)
        program.stderr.find("failed after .*certificate")
        self.assertEqual(self.ask(f"tls://{HOST}:{port}", "hi\n", *self.trust,
                                  *self.shown("alice"))[:2], (0, b"hi\n"))

    def test_the_certificate_is_that_of_the_host_that_is_asked_for(self):
        _, port = self.serve(options=self.shown("other.example.org"))
        for host in (HOST, "other.example.org"):
            with self.subTest(host), self.connect_tls(port, host=host) as peer:
                self.assertIn(("DNS", host), peer.getpeercert()["subjectAltName"])

    def test_a_session_is_taken_up_again(self):
        _, port = self.serve()
        context = self.client_context()
        with self.connect_tls(port, context) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
            session = peer.session
        with context.wrap_socket(connect(port), server_hostname=HOST, session=session) as peer:
            self.assertTrue(peer.session_reused)
            self.assertEqual(ask(peer, b"again", 5), b"again")

    def test_a_silent_client_is_let_go(self):
        program, port = self.serve(options=("--handshake-timeout", "100ms"))
        with connect(port) as peer:
            self.assertTrue(is_ended(peer))
        program.stderr.find("failed after .*timed out")


class Reloading(TlsTest):
    def serial(self, port):
        with self.connect_tls(port) as peer:
            return peer.getpeercert()["serialNumber"]

    def test_new_certificates_are_shown_and_nobody_is_dropped(self):
        program, port = self.serve()
        before = self.serial(port)
        with self.connect_tls(port) as old:
            make(self.folder, HOST, "127.0.0.1")
            program.stderr.find("certificates loaded anew")  # it noticed the files
            second = self.serial(port)
            make(self.folder, HOST, "127.0.0.1")
            program.interrupt(signal.SIGHUP)
            program.stderr.find("certificates loaded anew")
            self.assertEqual(len({before, second, self.serial(port)}), 3)
            self.assertEqual(ask(old, b"hello", 5), b"hello")

    def test_wrong_files_change_nothing(self):
        shutil.copy(self.file("localhost.key"), self.file("kept.key"))
        self.addCleanup(shutil.copy, self.file("kept.key"), self.file("localhost.key"))
        program, port = self.serve()
        shutil.copy(self.file("alice.key"), self.file("localhost.key"))
        program.interrupt(signal.SIGHUP)
        program.stderr.find("certificates stay as they were: .*localhost")
        self.serial(port)


class Connecting(TlsTest):
    def answer(self, context, handler):
        """Has a Python server handle one connection over TLS; gives its port."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def run():
            client, _ = listener.accept()
            client.settimeout(WAIT_MAX)
            # What is held back for an acknowledgement would be lost when the peer resets.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                with context.wrap_socket(client, server_side=True) as peer:
                    handler(peer)
            except OSError:
                pass

        threading.Thread(target=run, daemon=True).start()
        return listener.getsockname()[1]

    @staticmethod
    def echo(peer):
        while data := peer.recv(65536):
            peer.sendall(data)
        peer.unwrap()

    def test_pythons_server_echoes(self):
        port = self.answer(self.server_context(), self.echo)
        data = os.urandom(MIB)
        code, came, _ = self.ask(f"tls://{HOST}:{port}", data, *self.trust)
        self.assertEqual(code, 0)
        self.assertTrue(came == data)

    def test_an_unknown_authority_is_explained(self):
        port = self.answer(self.server_context(), self.echo)
        code, _, told = self.ask(f"tls://{HOST}:{port}", "hello")
        self.assertEqual(code, 1)
        self.assertRegex(told, f"connect to tls://{HOST}:{port}: .*not trusted.*--ca")

    def test_a_wrong_name_is_explained(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file("other.example.org.pem"),
                                self.file("other.example.org.key"))
        port = self.answer(context, self.echo)
        code, _, told = self.ask(f"tls://{HOST}:{port}", "hello", *self.trust)
        self.assertEqual(code, 1)
        self.assertRegex(told, f"is for other.example.org and not for {HOST}")
        port = self.answer(context, self.echo)
        self.assertEqual(self.ask(f"tls://{HOST}:{port}", "hi", "--insecure")[:2], (0, b"hi"))

    def test_a_server_without_TLS_is_explained(self):
        _, port = self.serve("tcp")
        code, _, told = self.ask(f"tls://{HOST}:{port}", "hello", *self.trust)
        self.assertEqual(code, 1)
        self.assertRegex(told, f"connect to tls://{HOST}:{port}: .*TLS")

    def test_a_connection_that_was_cut_is_a_failure(self):
        def cut(peer):
            peer.sendall(b"a part")
            socket.socket(fileno=peer.detach()).close()

        port = self.answer(self.server_context(), cut)
        code, came, told = self.ask(f"tls://{HOST}:{port}", "", *self.trust)
        self.assertEqual((code, came), (1, b"a part"))
        self.assertRegex(told, "close_notify|reset")

    def test_what_a_peer_said_before_it_reset_the_connection_is_shown(self):
        def answer_and_reset(peer):
            peer.sendall(b"answer")
            reset(socket.socket(fileno=peer.detach()))

        for text in ("", "hello"):
            port = self.answer(self.server_context(), answer_and_reset)
            code, came, _ = self.ask(f"tls://{HOST}:{port}", text, *self.trust)
            self.assertEqual((code, came), (1, b"answer"))

    def test_the_handshake_is_shown(self):
        _, port = self.serve()
        code, came, told = self.ask(f"tls://{HOST}:{port}", "hi", *self.trust, "--show-handshake")
        self.assertEqual((code, came), (0, b"hi"))
        self.assertRegex(told, r"TLSv1\.3, TLS_")
        self.assertRegex(told, r"for: +localhost, 127\.0\.0\.1")
        self.assertRegex(told, r"until: .*\(36\d days left\)")

    def test_options_that_do_nothing_are_refused(self):
        for options in (("--insecure", "tcp://localhost:1"), ("--cert", "a", "tls://localhost:1"),
                        ("--header", "Host: a", "ws://localhost:1"),
                        ("--header", "no colon", "ws://localhost:1")):
            with self.subTest(options):
                program = self.command("connect", *options)
                self.assertEqual(program.exit_code(), 2)
                self.assertRegex(program.stderr.all().decode(), r"error: .*(--|')")


class KeyLog(TlsTest):
    def test_secrets_go_to_the_file_that_the_environment_names(self):
        file = self.file("secrets")
        self.addCleanup(os.environ.pop, "SSLKEYLOGFILE", None)
        os.environ["SSLKEYLOGFILE"] = file
        _, port = self.serve()
        del os.environ["SSLKEYLOGFILE"]
        with self.connect_tls(port) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        with open(file, encoding="ascii") as lines:
            self.assertTrue(re.search(r"(?m)^CLIENT_TRAFFIC_SECRET_0 ", lines.read()))


if __name__ == "__main__":
    unittest.main()
