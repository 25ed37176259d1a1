"""One measurement: a fresh server on one core, the load on another, and what the load tells."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import socket
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
    mode: str
    connections: int
    size: int = 64
    depth: int = 1
    unit: str = "message"


WORKLOADS = (
    Workload("one", "1 connection", "echo", 1),
    Workload("fifty", "50 connections", "echo", 50),
    Workload("thousand", "1000 connections", "echo", 1000),
    Workload("pipelined", "50 x 16 in flight", "echo", 50, depth=16),
    Workload("large", "50 x 16 KiB", "echo", 50, size=16384),
    Workload("accept", "connect, 1 message, close", "accept", 50, unit="connection"),
    Workload("idle", "idle connections", "idle", 10000, unit="connection"),
)


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long and how much: the whole run, or a quick one."""

    warmup: float = 0.3
    seconds: float = 1.0
    accepts: int = 12000
    idle: int = 10000


QUICK = Effort(0.1, 0.3, 2000, 2000)


def cores():
    """Gives (the server's core, the load's): the same one where there is no other."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[min(1, len(usable) - 1)]


def measure(build, server, workload, effort):
    """Gives the load's figures as a dict. Raises Failed."""
    server_core, load_core = cores()
    port = _free_port()
    command = [word.replace("PORT", str(port)) for word in server.command]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True, preexec_fn=_on_core(server_core))
        try:
            _wait_until_listening(port, process, log)
            return _load(build, port, process.pid, workload, effort, load_core)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _load(build, port, pid, workload, effort, core):
    last = {"echo": effort.seconds, "accept": effort.accepts, "idle": 0}[workload.mode]
    connections = effort.idle if workload.mode == "idle" else workload.connections
    words = [workload.mode, port, pid, connections, workload.size, workload.depth, effort.warmup,
             last]
    program = pathlib.Path(build).resolve() / "bin" / "bench" / "load"
    try:
        run = subprocess.run([str(program), *map(str, words)], capture_output=True, text=True,
                             timeout=LOAD_MAX, preexec_fn=_on_core(core))
    except subprocess.TimeoutExpired:
        raise Failed(f"did not end within {LOAD_MAX} s") from None
    if run.returncode != 0:
        raise Failed(run.stderr.strip() or f"the load ended with {run.returncode}")
    return json.loads(run.stdout)


def _on_core(core):
    return lambda: os.sched_setaffinity(0, {core})


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_listening(port, process, log):
    give_up = time.monotonic() + START_MAX
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(POLL_PERIOD)
    log.seek(0)
    text = log.read()[-300:].decode(errors="backslashreplace").strip()
    raise Failed(f"did not listen: {text}")
