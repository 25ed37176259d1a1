"""Certificates for tests, made by `bowline cert` in a folder that goes: no key is kept here."""

import pathlib
import shutil
import ssl
import subprocess
import tempfile
import unittest

from harness import BIN, WAIT_MAX, ProgramTest, runnable
from wire import connect

HOST = "localhost"


def make(folder, *arguments):
    """Runs `bowline cert` for `folder`."""
    subprocess.run([*runnable(BIN / "bowline"), "cert", *arguments, "--out", folder],
                   check=True, capture_output=True, timeout=WAIT_MAX)


class TlsTest(ProgramTest):
    """Has a folder with an authority, a server's certificate for localhost and a client's."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        make(cls.folder, HOST, "127.0.0.1", "--client", "alice")
        make(cls.folder, "other.example.org")

    def file(self, name):
        """Gives the path of a file of the folder."""
        return str(self.folder / name)

    def shown(self, name=HOST):
        """Gives the options of a server or client that shows the certificate `name`."""
        return ["--cert", self.file(f"{name}.pem"), "--key", self.file(f"{name}.key")]

    @property
    def trust(self):
        """Gives the options of a client that trusts the authority."""
        return ["--ca", self.file("ca.pem")]

    def serve(self, scheme="tls", service="echo", options=()):
        """Starts a service with the certificate; gives (program, port)."""
        program = self.command("serve", service, "--listen", f"{scheme}://127.0.0.1:0",
                               *self.shown(), *options)
        return program, program.port()

    def client_context(self, show=None):
        """Gives Python's context of a client that trusts the authority and may `show` a name."""
        context = ssl.create_default_context(cafile=self.file("ca.pem"))
        if show:
            context.load_cert_chain(self.file(f"{show}.pem"), self.file(f"{show}.key"))
        return context

    def server_context(self):
        """Gives Python's context of a server with the certificate for localhost."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file("localhost.pem"), self.file("localhost.key"))
        return context

    def connect_tls(self, port, context=None, host=HOST):
        """Gives a connected Python socket over TLS."""
        return (context or self.client_context()).wrap_socket(connect(port), server_hostname=host)

    def ask(self, url, text, *options):
        """Has `bowline connect` say `text` at `url`; gives (exit code, what came, what it told)."""
        program = self.command("connect", *options, url)
        program.type(text)
        program.type_end()
        code = program.exit_code()
        return code, program.stdout.all(), program.stderr.all().decode()


def needs(*programs):
    """Skips a test where one of these programs is not installed."""
    missing = [name for name in programs if not shutil.which(name)]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")
