"""Echo over UDP: bowline's servers beside one written by hand on epoll, in interleaved rounds.

Prints the median of each one's processor time for a message, as a ratio to the one by hand.

    python3 bench/datagrams.py [--build build/release] [--senders 50] [--size 64] [--rounds 11]
"""

import argparse
import itertools
import json
import pathlib
import statistics
import subprocess
import time

from measure import _on_core as on_core
from measure import cores

START = 0.2  # seconds until a server has bound its port
WARMUP, SECONDS = "0.1", "0.4"


def commands(programs, port):
    """Gives the servers by their names; the floor is first."""
    bowline = [programs / "bowline", "serve", "echo", "-q", "-t", "1", "--listen",
               f"udp://127.0.0.1:{port}"]
    return {"by hand": [programs / "bench" / "bare_udp", port],
            "epoll": [*bowline, "--backend", "epoll"],
            "io_uring": [*bowline, "--backend", "io_uring"]}


def measure(programs, command, port, options):
    """Gives the figures of one round with a fresh server, as a dict."""
    server_core, load_core = cores()
    server = subprocess.Popen([str(word) for word in command], preexec_fn=on_core(server_core))
    try:
        time.sleep(START)
        load = [programs / "bench" / "load_udp", port, server.pid, options.senders, options.size,
                WARMUP, SECONDS]
        run = subprocess.run([str(word) for word in load], capture_output=True, text=True,
                             check=True, timeout=60, preexec_fn=on_core(load_core))
        return json.loads(run.stdout)
    finally:
        server.kill()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--senders", type=int, default=50)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--port", type=int, default=12400, help="the first of many")
    options = parser.parse_args()
    programs = options.build.resolve() / "bin"
    found = {}
    # A new port each time: a killed io_uring process lets go of its own a moment later.
    ports = itertools.count(options.port)
    for _ in range(options.rounds):
        for name in commands(programs, 0):
            port = next(ports)
            figures = measure(programs, commands(programs, port)[name], port, options)
            found.setdefault(name, []).append(figures["cpu_us"])
    floor = found["by hand"]
    print(f"{options.senders} senders, {options.size} B, {options.rounds} rounds; "
          f"by hand {statistics.median(floor):.3f} us a message")
    for name, values in found.items():
        ratio = statistics.median(value / least for value, least in zip(values, floor))
        print(f"  {name:<9}{ratio:.3f}  (lowest {min(values):.3f} us)")


if __name__ == "__main__":
    main()
