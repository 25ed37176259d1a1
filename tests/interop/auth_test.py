"""`bowline serve --auth-...`, `connect` and `user`, with Python at the other end."""

import asyncio
import base64
import getpass
import hashlib
import json
import os
import signal
import socket
import stat
import tempfile
import time
import unittest

import jwt
import websockets
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from certificates import TlsTest
from harness import BIN, WAIT_MAX, ProgramTest, runnable
from screen import ScreenProgram
from wire import ask, connect, receive_exactly

TOKEN = "0123456789abcdef-of-alice"
PASSWORD = "open: sesame"


class AuthTest(ProgramTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.tokens = self.secret("tokens", f"alice {TOKEN}\n")

    def path(self, name):
        """Gives the path of a file of the folder."""
        return os.path.join(self.folder, name)

    def secret(self, name, text, mode=0o600):
        """Writes a file that only its owner can read; gives its path."""
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def serve(self, *options, scheme="tcp", place="127.0.0.1:0"):
        """Starts an echo server; gives (program, port)."""
        program = self.command("serve", "echo", "--listen", f"{scheme}://{place}", *options)
        return program, program.port()

    def run_command(self, *arguments, text="", environment=None):
        """Runs `bowline`; gives (exit code, standard output, standard error)."""
        for name, value in (environment or {}).items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)
        program = self.command(*arguments)
        for name in environment or {}:
            del os.environ[name]
        program.type(text)
        program.type_end()
        code = program.exit_code()
        return code, program.stdout.all().decode(), program.stderr.all().decode()

    def add_user(self, name, password):
        """Has `bowline user` add to the file of users; gives its path."""
        path = self.path("users")
        code, said, told = self.run_command("user", "add", name, "--file", path, text=password)
        self.assertEqual((code, told), (0, ""), said)
        return path

    def serve_users(self):
        """Starts a server that knows alice by PASSWORD; gives its port."""
        users = self.add_user("alice", PASSWORD)
        # A busy machine takes its time over a hash.
        return self.serve("--auth-users", users, "--auth-timeout", f"{WAIT_MAX}s")[1]

    def first_line(self, port, credential):
        """Gives what a server answers to `Authorization: credential`, up to the line's end."""
        with connect(port) as peer, peer.makefile("rw", newline="\n") as lines:
            lines.write(f"Authorization: {credential}\n")
            lines.flush()
            return lines.readline().rstrip("\n")


class FirstLine(AuthTest):
    def test_a_token_lets_in_and_what_follows_is_echoed(self):
        _, port = self.serve("--auth-tokens", self.tokens)
        with connect(port) as peer:
            answer = ask(peer, f"Authorization: Bearer {TOKEN}\nhello".encode(), 14)
            self.assertEqual(answer, b"ok alice\nhello")

    def test_a_wrong_token_is_denied_and_gets_into_no_log(self):
        program, port = self.serve("--auth-tokens", self.tokens)
        answer = self.first_line(port, "Bearer not-the-right-one")
        self.assertEqual(answer, "denied: these credentials are not valid here")
        program.stderr.find("failed after .*token is not in the file")
        program.interrupt()
        self.assertNotIn(b"not-the-right-one", program.stderr.all())

    def test_a_silent_client_is_let_go(self):
        program, port = self.serve("--auth-tokens", self.tokens, "--auth-timeout", "100ms")
        with connect(port) as peer, peer.makefile() as lines:
            self.assertEqual(lines.readline(), "later: you took too long\n")
        program.stderr.find("failed after .*no credential came in time")

    def test_a_file_that_all_can_read_is_refused(self):
        path = self.secret("open", f"alice {TOKEN}\n", 0o644)
        code, _, told = self.run_command("serve", "--listen", ":0", "--auth-tokens", path)
        self.assertEqual(code, 1)
        self.assertIn(f"chmod o= {path}", told)

    def test_new_tokens_are_taken_up(self):
        program, port = self.serve("--auth-tokens", self.tokens)
        digest = hashlib.sha256(b"the-token-of-bob").hexdigest()
        self.secret("tokens", f"bob sha256:{digest}\n")
        program.interrupt(signal.SIGHUP)
        program.stderr.find("credentials loaded anew")
        self.assertEqual(self.first_line(port, "Bearer the-token-of-bob"), "ok bob")
        self.secret("tokens", "nonsense\n")
        program.interrupt(signal.SIGHUP)
        program.stderr.find("credentials stay as they were: .*tokens, line 1")
        self.assertEqual(self.first_line(port, "Bearer the-token-of-bob"), "ok bob")

    def test_guessing_gets_slower(self):
        _, port = self.serve("--auth-tokens", self.tokens)
        for _ in range(5):
            self.first_line(port, "Bearer not-the-right-one")
        begin = time.monotonic()
        self.assertEqual(self.first_line(port, f"Bearer {TOKEN}"), "ok alice")
        self.assertGreater(time.monotonic() - begin, 0.4)


class Users(AuthTest):
    def test_the_file_holds_hashes_and_is_its_owners_alone(self):
        path = self.add_user("alice", PASSWORD + "\n")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertRegex(text, r"^alice:\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$\S+\$\S+\n$")
        self.assertNotIn("sesame", text)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_the_file_stays_readable_for_its_group(self):
        path = self.add_user("alice", PASSWORD)
        os.chmod(path, 0o644)
        code, _, told = self.run_command("user", "add", "bob", "-f", path, text="another")
        self.assertEqual(code, 1)
        self.assertIn("chmod o=", told)
        for mode in (0o640, 0o660, 0o600):
            with self.subTest(oct(mode)):
                os.chmod(path, mode)
                self.add_user("bob", "another")
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode)
                self.assertEqual(self.run_command("user", "remove", "bob", "-f", path)[0], 0)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode)

    def test_users_come_and_go(self):
        path = self.add_user("alice", PASSWORD)
        self.add_user("bob", "another")
        self.assertEqual(self.run_command("user", "list", "-f", path)[:2], (0, "alice\nbob\n"))
        self.assertEqual(self.run_command("user", "remove", "alice", "-f", path)[0], 0)
        self.assertEqual(self.run_command("user", "list", "-f", path)[:2], (0, "bob\n"))
        code, _, told = self.run_command("user", "remove", "alice", "-f", path)
        self.assertEqual(code, 1)
        self.assertIn("no such user", told)

    def test_what_makes_no_sense_is_usage(self):
        path = self.path("users")
        for arguments in (("add",), ("add", "a:b"), ("list", "alice"), ("drop", "alice")):
            with self.subTest(arguments):
                self.assertEqual(self.run_command("user", *arguments, "-f", path)[0], 2)

    def test_connect_says_the_password_of_file_or_environment(self):
        port = self.serve_users()
        url = f"tcp://127.0.0.1:{port}"
        file = self.secret("password", PASSWORD + "\n")
        from_file = ("--user", "alice", "--password-file", file)
        self.assertEqual(self.run_command("connect", *from_file, url, text="hi\n")[:2], (0, "hi\n"))
        variable = {"BOWLINE_PASSWORD": PASSWORD}
        self.assertEqual(self.run_command("connect", "--user", "alice", url, text="hi\n",
                                          environment=variable)[:2], (0, "hi\n"))
        code, _, told = self.run_command("connect", "--user", "bob", url, environment=variable)
        self.assertEqual(code, 1)
        self.assertIn("the server says: these credentials are not valid here", told)

    def test_a_password_that_is_typed_is_not_shown(self):
        port = self.serve_users()
        argv = [*runnable(BIN / "bowline"), "connect", "--user", "alice",
                f"tcp://127.0.0.1:{port}"]
        program = ScreenProgram(argv, columns=40)
        self.addCleanup(program.stop)
        program.wait_for(["Password of alice:"])
        program.type(PASSWORD + "\r")
        program.wait_for(["Password of alice:", ">"])
        program.type("hello\r")
        program.wait_for(["Password of alice:", "> hello", "hello", ">"])
        program.type("\x04")
        self.assertEqual(program.exit_code(), 0)
        self.assertEqual(program.settings(), program.settings_before)

    def test_control_c_ends_the_asking(self):
        argv = [*runnable(BIN / "bowline"), "connect", "--user", "alice", ":1"]
        program = ScreenProgram(argv)
        self.addCleanup(program.stop)
        program.wait_for(["Password of alice:"])
        program.type("half\x03")
        self.assertEqual(program.exit_code(), 1)
        self.assertEqual(program.settings(), program.settings_before)


class Jwt(AuthTest):
    def pem(self, key):
        """Writes the public key of `key`; gives the file's path."""
        return self.secret(type(key).__name__, key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode(), 0o644)

    def test_tokens_of_pyjwt_are_known_by_each_kind_of_key(self):
        secret = "a shared secret of 32 bytes or more"
        keys = {"RS256": rsa.generate_private_key(65537, 2048),
                "ES256": ec.generate_private_key(ec.SECP256R1()),
                "EdDSA": ed25519.Ed25519PrivateKey.generate()}
        files = [self.pem(key) for key in keys.values()] + [self.secret("hs", secret + "\n")]
        options = [option for file in files for option in ("--auth-jwt-key", file)]
        program, port = self.serve(*options, "--auth-jwt-audience", "echo")
        claims = {"sub": "alice", "aud": ["echo"], "exp": time.time() + 60}
        for algorithm, key in {**keys, "HS256": secret}.items():
            with self.subTest(algorithm):
                token = jwt.encode(claims, key, algorithm)
                self.assertEqual(self.first_line(port, f"Bearer {token}"), "ok alice")
        for changed, why in (({"exp": time.time() - 3600}, "expired"), ({"aud": "mail"}, "aud")):
            token = jwt.encode({**claims, **changed}, keys["ES256"], "ES256")
            self.assertRegex(self.first_line(port, f"Bearer {token}"), "^denied: ")
            program.stderr.find(f"failed after .*{why}")
        stranger = ec.generate_private_key(ec.SECP256R1())
        token = jwt.encode(claims, stranger, "ES256")
        self.assertRegex(self.first_line(port, f"Bearer {token}"), "^denied: ")
        program.stderr.find("failed after .*signature is wrong")

    def test_json_web_keys_are_read(self):
        key = ec.generate_private_key(ec.SECP256R1())
        numbers = key.public_key().public_numbers()

        def number(value):
            return base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()

        path = self.secret("keys", json.dumps({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "one", "x": number(numbers.x),
             "y": number(numbers.y)}]}), 0o644)
        _, port = self.serve("--auth-jwt-key", path)
        token = jwt.encode({"sub": "alice", "exp": time.time() + 60}, key, "ES256", {"kid": "one"})
        self.assertEqual(self.first_line(port, f"Bearer {token}"), "ok alice")


class WebSocketHeader(AuthTest):
    def test_the_header_opens_it_and_its_lack_is_401(self):
        _, port = self.serve("--auth-tokens", self.tokens, scheme="ws")
        url = f"ws://127.0.0.1:{port}"

        async def talk():
            header = {"Authorization": f"Bearer {TOKEN}"}
            async with websockets.connect(url, extra_headers=header) as socket_:
                await socket_.send("hello")
                self.assertEqual(await socket_.recv(), "hello")
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                await websockets.connect(url)
            self.assertEqual(refused.exception.status_code, 401)
            self.assertIn("Bearer", refused.exception.headers["WWW-Authenticate"])

        asyncio.run(asyncio.wait_for(talk(), WAIT_MAX))

    def test_connect_sends_it(self):
        _, port = self.serve("--auth-tokens", self.tokens, scheme="ws")
        url = f"ws://127.0.0.1:{port}"
        file = self.secret("token", TOKEN + "\n")
        self.assertEqual(self.run_command("connect", "--count", "1", "--token-file", file, url,
                                          text="hi\n")[:2], (0, "hi\n"))
        self.assertEqual(self.run_command("connect", "--count", "1", url, text="hi\n",
                                          environment={"BOWLINE_TOKEN": TOKEN})[:2], (0, "hi\n"))
        code, _, told = self.run_command("connect", url, text="hi\n")
        self.assertEqual(code, 1)
        self.assertIn("401", told)


class UnixUsers(AuthTest):
    def serve_unix(self, *users):
        """Starts an echo server at a Unix socket; gives (program, path)."""
        path = self.path("socket")
        program = self.command("serve", "echo", "--listen", f"unix:{path}",
                               "--auth-unix-users", *users)
        program.stderr.find("listening on")
        return program, path

    def talk(self, path):
        """Gives what comes back of "hello"."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(WAIT_MAX)
            peer.connect(path)
            peer.sendall(b"hello")
            return receive_exactly(peer, 5)

    def test_the_user_at_the_other_end_is_let_in_without_a_word(self):
        _, path = self.serve_unix(getpass.getuser())
        self.assertEqual(self.talk(path), b"hello")

    def test_others_are_denied(self):
        program, path = self.serve_unix("54321")
        self.assertEqual(self.talk(path), b"denie")
        program.stderr.find("failed after .*Unix user .* is not let in")


class Certificates(TlsTest):
    def test_clients_are_known_by_their_names(self):
        options = ["--client-ca", self.file("ca.pem"), "--auth-certificates"]
        _, port = self.serve(options=[*options, "alice,carol"])
        with self.connect_tls(port, self.client_context("alice")) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        program, port = self.serve(options=[*options, "carol"])
        with self.connect_tls(port, self.client_context("alice")) as peer:
            self.assertTrue(receive_exactly(peer, 8) == b"denied: ")
        program.stderr.find("failed after .*the certificate is for CN=alice")

    def test_names_need_an_authority(self):
        program = self.command("serve", "--auth-certificates", "any", *self.shown())
        self.assertEqual(program.exit_code(), 2)
        self.assertIn(b"--client-ca", program.stderr.all())


if __name__ == "__main__":
    unittest.main()
