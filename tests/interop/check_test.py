"""`bowline check`: each step is told, the first that fails is explained."""

import json
import socket
import unittest

from certificates import HOST, TlsTest, make


class Check(TlsTest):
    def check(self, *arguments):
        """Runs `bowline check --json`; gives (exit code, the steps by name)."""
        program = self.command("check", "--json", *arguments)
        text = program.stdout.all().decode()
        code = program.exit_code()
        report = json.loads(text)
        self.assertEqual(report["ok"], code == 0)
        return code, {step["step"]: step for step in report["steps"]}

    def test_a_server_that_is_well_takes_all_steps(self):
        for scheme, steps in (("tcp", ["name", "tcp", "greeting", "echo"]),
                              ("tls", ["name", "tcp", "tls", "greeting", "echo"]),
                              ("ws", ["name", "tcp", "websocket", "echo", "close"]),
                              ("wss", ["name", "tcp", "tls", "websocket", "echo", "close"])):
            with self.subTest(scheme):
                _, port = self.serve(scheme)
                trust = self.trust if scheme in ("tls", "wss") else ()
                code, told = self.check("--echo", f"{scheme}://{HOST}:{port}", *trust)
                self.assertEqual((code, list(told)), (0, steps))
                self.assertTrue(all(step["seconds"] < 5 for step in told.values()))

    def test_what_certificates_say_is_told(self):
        _, port = self.serve()
        _, told = self.check(f"tls://{HOST}:{port}", *self.trust)
        self.assertRegex(told["tls"]["details"][0], "localhost, 127.0.0.1, by .*36. days left")

    def test_a_certificate_that_ends_soon_is_a_warning(self):
        make(self.folder, "soon.localhost", HOST, "--days", "3")
        program = self.command("serve", "echo", "--listen", "tls://127.0.0.1:0",
                               *self.shown("soon.localhost"))
        code, told = self.check(f"tls://{HOST}:{program.port()}", *self.trust)
        self.assertEqual((code, told["tls"]["outcome"]), (0, "warning"))
        self.assertIn("renew", told["tls"]["details"][0])

    def test_the_first_step_that_fails_is_the_last_and_explained(self):
        _, plain = self.serve("tcp")
        _, secure = self.serve("tls")
        with socket.create_server(("127.0.0.1", 0)) as free:
            refusing = free.getsockname()[1]
        for url, step, reason in (
                ("tcp://no-such-host.invalid:1", "name", "look up no-such-host.invalid"),
                (f"tcp://127.0.0.1:{refusing}", "tcp", "refused"),
                (f"tls://{HOST}:{plain}", "tls", "TLS"),
                (f"tls://{HOST}:{secure}", "tls", "--ca"),
                (f"ws://{HOST}:{plain}", "websocket", "connect to ws://")):
            with self.subTest(url):
                code, told = self.check(url)
                self.assertEqual((code, list(told)[-1]), (1, step))
                self.assertEqual(told[step]["outcome"], "failed")
                self.assertIn(reason, told[step]["error"])

    def test_a_server_that_speaks_first_is_quoted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            program = self.command("check", f"tcp://127.0.0.1:{server.getsockname()[1]}")
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"220 mail.example.org ready\r\n")
                self.assertIn(b"220 mail.example.org ready", program.stdout.all())
                self.assertEqual(program.exit_code(), 0)

    def test_a_url_of_no_use_is_a_usage_error(self):
        for url in ("ftp://localhost:1", "tcp://localhost", "any://localhost:1"):
            with self.subTest(url):
                program = self.command("check", url)
                self.assertEqual(program.exit_code(), 2)


if __name__ == "__main__":
    unittest.main()
