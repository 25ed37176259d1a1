#!/usr/bin/env python3
"""Measures `bowline relay` beside HAProxy in TCP mode: the relay's processor time.

Relays run on one core, the load and the echo server behind them on another. In each round every
relay is measured once per workload, in random order; what counts is the ratio to HAProxy in the
same round, and its median.

    bench/relay.py --rounds 5
    bench/relay.py --workloads fifty,bulk --quick
"""

import argparse
import contextlib
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile

import measure
import parts
import servers

ROOT = pathlib.Path(__file__).resolve().parents[1]
REFERENCE = "haproxy"
WORKLOADS = (
    *(one for one in parts.shapes("tcp") if one.name in ("fifty", "pipelined", "large", "accept")),
    measure.Workload("bulk", "4 x 1 MiB", "echo", 4, size=1 << 20),
)
CONFIG = """
global
 nbthread 1
defaults
 mode tcp
 {options}
 timeout connect 5s
 timeout client 1m
 timeout server 1m
 maxconn 20000
listen all
 bind "127.0.0.1:${{RELAY_AT}}"
 server one 127.0.0.1:{upstream} check
"""


def main():
    options = read_options()
    effort = measure.QUICK if options.quick else measure.Effort()
    with tempfile.TemporaryDirectory() as folder, echo_server(options.build) as upstream:
        relays = all_relays(options.build, pathlib.Path(folder), upstream)
        for workload in WORKLOADS:
            if not options.workloads or workload.name in options.workloads.split(","):
                print(line(workload, run(options, relays, workload, effort)), flush=True)
    return 0


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workloads", default="", help="some of: " +
                        ", ".join(one.name for one in WORKLOADS))
    parser.add_argument("--quick", action="store_true", help="short runs, to try things out")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    if not shutil.which("haproxy"):
        parser.error("haproxy is not installed: apt-get install haproxy")
    return options


@contextlib.contextmanager
def echo_server(build):
    """Gives the port of an echo server on the load's core."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [build / "bin" / "bowline", "serve", "echo", "--listen", f"tcp://127.0.0.1:{port}",
               "--threads", "1", "--quiet", "--spin", "0"]
    _, core = measure.cores()
    with subprocess.Popen(["taskset", "-c", str(core), *command]) as process:
        try:
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


def all_relays(build, folder, upstream):
    """Gives those that are measured, the reference first."""
    relays = []
    for name, options in ((REFERENCE, ""), ("haproxy-splice", "option splice-auto")):
        config = folder / name
        config.write_text(CONFIG.format(options=options, upstream=upstream))
        command = ["env", "RELAY_AT=$port", "haproxy", "-db", "-f", str(config)]
        relays.append(servers.Server(name, name, "peer", command))
    for backend in ("epoll", "io_uring"):
        command = [str(build / "bin" / "bowline"), "relay", "--listen", "tcp://127.0.0.1:$port",
                   "--to", f"127.0.0.1:{upstream}", "--threads", "1", "--quiet", "--backend",
                   backend]
        name = f"bowline-{backend}"
        relays.append(servers.Server(name, name, "bowline", command))
    return relays


def run(options, relays, workload, effort):
    """Gives {relay's name: [microseconds of each round]}."""
    figures = {relay.name: [] for relay in relays}
    for _ in range(options.rounds):
        for relay in random.sample(relays, len(relays)):
            found = measure.measure(options.build, relay, workload, effort)
            figures[relay.name].append(found["cpu_us"])
    return figures


def line(workload, figures):
    """Gives the medians as text: microseconds, and the ratio to the reference."""
    texts = []
    for name, values in figures.items():
        ratio = statistics.median(one / base for one, base in zip(values, figures[REFERENCE]))
        texts.append(f"{name} {statistics.median(values):.2f} us ({ratio:.2f})")
    return f"{workload.title}, per {workload.unit}: {', '.join(texts)}"


if __name__ == "__main__":
    sys.exit(main())
