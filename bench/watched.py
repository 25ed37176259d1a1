"""A `bowline serve` under test, and what the system tells of it: memory, descriptors, processor."""

import contextlib
import os
import pathlib
import resource
import socket
import subprocess
import tempfile
import time

import measure

HOST = "127.0.0.1"
SECURE = ("tls", "wss", "any")
TICKS = os.sysconf("SC_CLK_TCK")


class Watched:
    """One running server, on the server's core, with a port for each of `schemes`; a context that
    ends it.

    `files_max` is its limit of open files. Raises measure.Failed when it does not listen.
    """

    def __init__(self, build, schemes, options=(), files_max=None):
        self._holder = tempfile.TemporaryDirectory()
        program = pathlib.Path(build).resolve() / "bin" / "bowline"
        command = [program, "serve", "echo", "--threads", "1", "--quiet", *options]
        self.ports = {scheme: measure.free_port() for scheme in schemes}
        for scheme, port in self.ports.items():
            command += ["--listen", f"{scheme}://{HOST}:{port}"]
        if set(schemes) & set(SECURE):
            subprocess.run([program, "cert", HOST, "--out", self._holder.name], check=True,
                           capture_output=True)
            names = (pathlib.Path(self._holder.name) / HOST).as_posix()
            command += ["--cert", f"{names}.pem", "--key", f"{names}.key"]

        def prepare():
            measure.on_core(measure.cores()[0])()
            if files_max:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))

        self._process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE, preexec_fn=prepare)
        self.pid = self._process.pid

    def __enter__(self):
        try:
            for port in self.ports.values():
                self._wait_for(port)
        except measure.Failed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()
        self._holder.cleanup()

    def runs(self):
        """True while it has neither crashed nor ended."""
        return self._process.poll() is None

    def memory(self):
        """Gives (resident bytes, their peak since forget_peak())."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))

    def forget_peak(self):
        """Lets the peak of its memory begin anew (proc(5), clear_refs)."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def files(self):
        """Gives how many descriptors it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def processor_time(self):
        """Gives the seconds of processor time it has used, user and system."""
        stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _wait_for(self, port):
        give_up = time.monotonic() + measure.START_MAX
        while time.monotonic() < give_up and self.runs():
            with contextlib.suppress(OSError):
                return socket.create_connection((HOST, port), 1).close()
            time.sleep(measure.POLL_PERIOD)
        self._process.kill()
        raise measure.Failed(f"did not listen: {self._process.stderr.read().decode()[-300:]}")
