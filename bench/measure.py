"""One measurement: a fresh server on one core, the load on another, and what the load tells."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import socket
import string
import subprocess
import tempfile
import time

START_MAX = 10  # seconds until a server listens
LOAD_MAX = 120  # seconds one load may take
POLL_PERIOD = 0.02


class Failed(Exception):
    """A server did not start, or failed under load."""


@dataclasses.dataclass(frozen=True)
class Workload:
    """What the load does. `unit` is what the processor time is divided by."""

    name: str
    title: str
    mode: str  # echo, accept, idle; datagrams
    connections: int
    size: int = 64
    depth: int = 1
    active: int = 0  # echo: so many of the connections are in use at a time; 0: all
    protocol: str = "tcp"
    resume: bool = False  # TLS: each connection continues an earlier session
    key: str = "ecdsa"  # TLS: of the server's certificate
    unit: str = "message"
    rounds: int = 0  # at most; 0: all


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long and how much: the whole run, or a quick one."""

    warmup: float = 0.15
    seconds: float = 0.4
    connections: int = 6000  # made in all, for those that come and go
    handshakes: int = 600
    idle: int = 10000

    def count(self, workload):
        """Gives how many connections are made in all where they come and go."""
        return self.handshakes if workload.unit == "handshake" else self.connections

    def connections_of(self, workload):
        """Gives how many connections are open at a time."""
        return self.idle if workload.mode == "idle" else workload.connections

    def expected(self, workload):
        """Gives about how many seconds a measurement takes, its server's start included."""
        start = 0.25
        if workload.mode == "accept":
            each = 1e-3 if workload.unit == "handshake" else 1e-4
            return start + self.count(workload) * each
        if workload.mode == "idle":
            return start + 1 + self.idle * 1e-4
        return start + self.warmup + self.seconds + workload.connections * 1e-4


QUICK = Effort(0.1, 0.2, 2000, 200, 2000)


def cores():
    """Gives (the server's core, the load's): the same one where there is no other."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[min(1, len(usable) - 1)]


def measure(build, server, workload, effort):
    """Gives the load's figures as a dict. Raises Failed."""
    server_core, load_core = cores()
    build = pathlib.Path(build).resolve()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = free_port()
        values = {"port": port, "folder": folder, "certificate": certificate(build, workload.key)}
        if "$backend" in server.template():
            # On the load's core: what it uses is not the server's.
            values["backend"] = backend = free_port()
            floor = [build / "bin" / "bench" / "bare_epoll", backend]
            stack.enter_context(_running(floor, backend, workload, load_core))
        command = [string.Template(word).safe_substitute(values) for word in server.command]
        if server.config:
            page = string.Template(server.template()).safe_substitute(values)
            config = pathlib.Path(folder) / "config"
            config.write_text(page, encoding="utf-8")
            command.append(config)
        process = stack.enter_context(_running(command, port, workload, server_core))
        return _load(build, port, process.pid, workload, effort, load_core)


def certificate(build, key):
    """Gives the file with the certificate and the key that TLS servers show; see certificates()."""
    return pathlib.Path(build).resolve() / "bench" / f"{key}.pem"


@contextlib.contextmanager
def _running(command, port, workload, core):
    """Runs a server, from when it listens. Raises Failed."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True,
                                   preexec_fn=on_core(core))
        try:
            _wait_until_listening(port, process, log, workload)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _load(build, port, pid, workload, effort, core):
    values = {name: getattr(workload, name)
              for name in ("mode", "protocol", "active", "size", "depth")}
    values |= {"port": port, "pid": pid, "connections": effort.connections_of(workload),
               "resume": int(workload.resume), "count": effort.count(workload),
               "warmup": effort.warmup, "seconds": effort.seconds}
    words = [build / "bin" / "bench" / "load", *(f"{name}={value}" for name, value in
                                                 values.items())]
    try:
        run = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                             timeout=LOAD_MAX, preexec_fn=on_core(core))
    except subprocess.TimeoutExpired:
        raise Failed(f"did not end within {LOAD_MAX} s") from None
    if run.returncode != 0:
        raise Failed(run.stderr.strip() or f"the load ended with {run.returncode}")
    return json.loads(run.stdout)


def on_core(core):
    """Gives what a program is to do first to stay on that core (preexec_fn)."""
    return lambda: os.sched_setaffinity(0, {core})


def free_port():
    """Gives a port of 127.0.0.1 that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_listening(port, process, log, workload):
    listens = _is_bound if workload.mode == "datagrams" else _accepts
    give_up = time.monotonic() + START_MAX
    while time.monotonic() < give_up:
        if listens(port):
            return
        if process.poll() is not None:
            break
        time.sleep(POLL_PERIOD)
    log.seek(0)
    text = log.read()[-300:].decode(errors="backslashreplace").strip()
    raise Failed(f"did not listen: {text}")


def _accepts(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def _is_bound(port):
    """Gives whether somebody has this port for datagrams: the second column of proc_net_udp(5)."""
    lines = pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return any(int(line.split()[1].partition(":")[2], 16) == port for line in lines)
