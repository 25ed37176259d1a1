#!/usr/bin/env python3
"""Measures what hostile clients cost a server and its well-behaved client, and writes HOSTILE.md.

For each attack a fresh `bowline serve echo` on one thread. A good client (visitor.py) sends a line
and waits for it, 250 times a second: before, during and after the attack. Its p99 then is compared
with its p99 while it was quiet. The server has a core of its own; on another is the good client,
and the attacker while that sleeps: elsewhere each had its own machine.

    bench/hostile.py                                 all attacks, three rounds, into bench/
    bench/hostile.py --only slowloris --rounds 1     one attack, only shown
"""

import argparse
import collections
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import attacks
import hostile_rows
import measure
from watched import Watched

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
MIB = 1 << 20
BACKENDS = ("epoll", "io_uring")
SECONDS = 5
QUIET = 1.5
# Seconds within which the descriptors are to be back: more than any limit of time of the servers.
AFTER_MAX = 15
ATTACK_MAX = 120
RATIO_MAX = 5
# Of a core that a server may use which can do nothing.
IDLE_SHARE_MAX = 0.5


class Visitor:
    """The good client: a process of its own."""

    def __init__(self, port):
        self._process = subprocess.Popen([sys.executable, HERE / "visitor.py", str(port)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True,
                                         preexec_fn=measure.on_core(measure.cores()[1]))

    def times(self):
        """Gives its latencies in microseconds since it was asked last. Raises Failed."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise measure.Failed(f"the good client: {self._process.stderr.read().strip()}")
        return json.loads(answer)

    def stop(self):
        """Ends it."""
        self._process.kill()
        self._process.communicate()


@dataclasses.dataclass
class Run:
    """What one attack did once. Sizes are in bytes, times in microseconds."""

    grown: int
    files: tuple  # before, most, after
    quiet: float  # p99
    attacked: float
    share: float  # of a core, that the server used
    got: str

    def ratio(self):
        """Gives how many times longer the good client waited."""
        return self.attacked / self.quiet


def main():
    options = read_options()
    rows = [row for row in hostile_rows.ROWS if not options.only or row.attack in options.only]
    runs = collections.defaultdict(list)
    for number in range(options.rounds):
        for row in rows:
            for backend in BACKENDS:
                print(f"round {number + 1}: {row.title}, {backend}", file=sys.stderr, flush=True)
                try:
                    run = attack(options.build, row, backend)
                    print(f"  {run}", file=sys.stderr, flush=True)
                except (measure.Failed, OSError, subprocess.SubprocessError) as failure:
                    run = str(failure)
                    print(f"  {failure}", file=sys.stderr, flush=True)
                runs[row.title, backend].append(run)
    text = page(rows, runs, options)
    print(text)
    if not options.only:
        (options.output / "HOSTILE.md").write_text(text, encoding="utf-8")
    return int(any(wrong(row, runs[row.title, backend]) for row in rows for backend in BACKENDS))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", metavar="NAME", choices=[
        row.attack for row in hostile_rows.ROWS], help="some of the attacks")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="the build folder")
    parser.add_argument("--output", type=pathlib.Path, default=HERE,
                        help="where HOSTILE.md is written, unless --only is given")
    return parser.parse_args()


def attack(build, row, backend):
    """Gives the Run of one attack on a fresh server. Raises Failed."""
    schemes = dict.fromkeys(("tcp", row.scheme))
    options = (*hostile_rows.OPTIONS, *row.options, "--backend", backend)
    with Watched(build, schemes, options, row.files_max) as server:
        visitor = Visitor(server.ports["tcp"])
        try:
            time.sleep(0.5)
            visitor.times()
            time.sleep(QUIET)
            quiet = visitor.times()
            found, attacked = while_attacked(server, visitor, row)
            time.sleep(QUIET)
            quiet += visitor.times()
            return dataclasses.replace(found, quiet=p99(quiet), attacked=p99(attacked))
        finally:
            visitor.stop()


def while_attacked(server, visitor, row):
    """Gives a Run that lacks the latencies, and these."""
    before, files = server.memory()[0], server.files()
    server.forget_peak()
    used, began, most = server.processor_time(), time.monotonic(), files
    attacker = subprocess.Popen(
        [sys.executable, attacks.__file__, row.attack, str(SECONDS),
         *(f"{scheme}={port}" for scheme, port in server.ports.items())], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=be_attacker)
    try:
        while attacker.poll() is None:
            if time.monotonic() > began + ATTACK_MAX or not server.runs():
                raise measure.Failed("it took too long, or ended the server")
            most = max(most, server.files())
            time.sleep(0.1)
        got, error = attacker.communicate()
    finally:
        attacker.kill()
    share = (server.processor_time() - used) / (time.monotonic() - began)
    attacked = visitor.times()
    if attacker.returncode:
        raise measure.Failed(f"the attacker: {error.strip().splitlines()[-1]}")
    grown = server.memory()[1] - before
    give_up = time.monotonic() + AFTER_MAX
    while server.files() > files and time.monotonic() < give_up:
        time.sleep(0.05)
    visitor.times()
    return Run(grown, (files, most, server.files()), 0, 0, share, got.strip()), attacked


def be_attacker():
    """Leaves the server its core, and the other to the good client as soon as that wants it."""
    measure.on_core(measure.cores()[1])()
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def p99(times):
    """Gives the time that one of a hundred exceeds."""
    return sorted(times)[int(0.99 * (len(times) - 1))]


def wrong(row, runs):
    """Gives what is not as it should be, in words; nothing when all is well."""
    failures = [run for run in runs if isinstance(run, str)]
    if failures:
        return failures[0]
    words = []
    if max(run.grown for run in runs) > row.memory_max():
        words.append("memory")
    if any(run.files[2] > run.files[0] for run in runs):
        words.append("descriptors")
    if statistics.median(run.ratio() for run in runs) > RATIO_MAX:
        words.append("latency")
    if row.files_max and max(run.share for run in runs) > IDLE_SHARE_MAX:
        words.append("spins")
    return ", ".join(words)


def page(rows, runs, options):
    """Gives HOSTILE.md."""
    version = subprocess.run([options.build / "bin" / "bowline", "--version"], capture_output=True,
                             text=True, check=True).stdout.strip()
    lines = [hostile_rows.HEADER.format(
        date=datetime.date.today(), rounds=options.rounds, version=version, seconds=SECONDS,
        cores=os.cpu_count(), machine=f"{platform.system()} {platform.release()}",
        options=" ".join(hostile_rows.OPTIONS), share=attacks.SHARE, ratio=RATIO_MAX)]
    lines += ["| attack | backend | memory grew by | may grow by | descriptors | p99 quiet | p99 "
              "attacked | ratio | server's core | what it got | verdict |",
              "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |"]
    lines += [line_of(row, backend, runs[row.title, backend])
              for row in rows for backend in BACKENDS]
    lines += ["", "## The attacks", ""]
    lines += [f"- **{row.title}** (`{row.scheme}`{options_text(row)}): {row.does} Memory: "
              f"{row.memory_text}." for row in rows]
    return "\n".join(lines) + "\n"


def options_text(row):
    """Gives the options that a server has for one row alone."""
    return f", `{' '.join(row.options)}`" if row.options else ""


def line_of(row, backend, runs):
    """Gives the line of the table: the most memory, the medians of times."""
    found = [run for run in runs if isinstance(run, Run)]
    if not found:
        return f"| {row.title} | {backend} |" + " |" * 8 + f" {wrong(row, runs)} |"
    median = lambda value: statistics.median(value(run) for run in found)
    files = [run.files for run in found][-1]
    ratios = [run.ratio() for run in found]
    return (f"| {row.title} | {backend} | {max(run.grown for run in found) / MIB:.1f} MiB | "
            f"{row.memory_max() / MIB:.1f} MiB | {files[0]}, {files[1]}, {files[2]} | "
            f"{median(lambda run: run.quiet):.0f} us | {median(lambda run: run.attacked):.0f} us | "
            f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}) | "
            f"{median(lambda run: run.share):.0%} | {found[-1].got} | "
            f"{wrong(row, runs) or 'holds'} |")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
