#!/usr/bin/env python3
"""Measures bowline beside its peers and bare references, and writes RESULTS.md with plots.

Every server echoes on one core while the load runs on another. The figure is the server's processor
time (user and system) per message. In each round every server is measured once per row, in random
order; what counts is the ratio to bowline's epoll in the same round, and its median.

    bench/compare.py --rounds 7                          the real one, into bench/
    bench/compare.py --quick                             a round of short runs, into build/
    bench/compare.py --only udp,tcp:fifty --servers go   some rows, some servers
"""

import argparse
import contextlib
import dataclasses
import pathlib
import random
import resource
import sys
import time

import measure
import parts
import plot
import results

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

# What a server or the load has open besides its connections, generously.
FILES_BESIDE = 200


def main():
    options = read_options()
    effort = measure.QUICK if options.quick else measure.Effort()
    known = {part.name: part.servers(options.build) for part in parts.PARTS}
    sections = [results.Section(part, rows, *choose_servers(options, known, part))
                for part, rows in chosen_rows(options)]
    effort = within_file_limit(sections, effort)
    run_all(options, sections, effort)
    options.output.mkdir(parents=True, exist_ok=True)
    for section in sections:
        if section.with_ratios():
            path = options.output / results.plot_name(section)
            path.write_text(plot.svg(section), encoding="utf-8")
    page = results.page(sections, options, effort)
    (options.output / "RESULTS.md").write_text(page, encoding="utf-8")
    print(page)
    print(f"Written: {options.output / 'RESULTS.md'} and its plots", file=sys.stderr)
    return 1 if any(section.failures() for section in sections) else 0


def read_options():
    kind = argparse.RawDescriptionHelpFormatter
    rows = "; ".join(f"{part.name}: " + " ".join(row.name for row in part.workloads)
                     for part in parts.PARTS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind, epilog="rows:\n  " +
                                     rows.replace("; ", "\n  "))
    parser.add_argument("--rounds", type=int, help="default: 7, or 1 with --quick")
    parser.add_argument("--only", default="", metavar="ROWS",
                        help="some of the rows: PART or PART:ROW, with commas between")
    parser.add_argument("--servers", default="", metavar="NAMES",
                        help="some of the servers; what they are compared with is always there")
    parser.add_argument("--quick", action="store_true", help="short runs, to try things out")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="the build folder, with the target benches")
    parser.add_argument("--output", type=pathlib.Path,
                        help="default: bench/; BUILD/bench/ if not all is measured")
    parser.add_argument("--seed", type=int, help="for the order of the servers")
    options = parser.parse_args()
    options.rounds = max(1, options.rounds or (1 if options.quick else 7))
    whole = not (options.quick or options.only or options.servers)
    options.output = options.output or (HERE if whole else options.build / "bench")
    if not (options.build / "bin" / "bench" / "load").exists():
        parser.error(f"{options.build}/bin/bench/load is not built: ./dev bench builds it")
    options.parser = parser
    return options


def chosen_rows(options):
    """Gives (part, its workloads) for what is to be measured."""
    wanted = [name for name in options.only.split(",") if name]
    known = {name for part in parts.PARTS
             for name in (part.name, *(f"{part.name}:{row.name}" for row in part.workloads))}
    if unknown := [name for name in wanted if name not in known]:
        options.parser.error(f"no row {unknown[0]}; --help lists them")
    chosen = []
    for part in parts.PARTS:
        rows = [row for row in part.workloads
                if not wanted or {part.name, f"{part.name}:{row.name}"} & set(wanted)]
        if rows:
            chosen.append((part, rows))
    return chosen


def choose_servers(options, known, part):
    """Gives the servers to measure, and those that are left out since something is missing."""
    names = [name for name in options.servers.split(",") if name]
    everything = list(dict.fromkeys(one.name for each in known.values() for one in each))
    if unknown := set(names) - set(everything):
        options.parser.error(f"no server {unknown.pop()}; there are: {', '.join(everything)}")
    first, *others = known[part.name]
    wanted = [first, *(one for one in others if not names or one.name in names)]
    missing = [one for one in wanted if one.missing]
    for one in missing:
        print(f"left out: {part.title}: {one.title}: {one.missing}", file=sys.stderr)
    return [one for one in wanted if not one.missing], missing


def within_file_limit(sections, effort):
    """Allows as many open files as are needed, or may be; gives `effort` within that, and makes the
    rows fit."""
    rows = [(section, row) for section in sections for row in section.rows]
    most = allow_files(max(effort.connections_of(row) for _, row in rows) + FILES_BESIDE)
    most -= FILES_BESIDE
    for section, row in rows:
        if row.mode != "idle" and row.connections > most:
            section.shrink(row, most)
    return dataclasses.replace(effort, idle=min(effort.idle, most))


def allow_files(wanted):
    """Raises the limit of open files towards `wanted`; gives what it is then."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    for files in (wanted, limit):
        with contextlib.suppress(OSError, ValueError):  # more than `limit` is for root, if anybody
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, max(files, limit)))
            return files
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def run_all(options, sections, effort):
    """Measures every server on every row of the sections, round after round."""
    order = random.Random(options.seed)
    steps = [(number, section, row, server) for number in range(options.rounds)
             for section in sections for row in section.rows
             for server in order.sample(section.servers, len(section.servers))
             if not 0 < row.rounds <= number]
    progress = Progress(sum(effort.expected(row) for _, _, row, _ in steps))
    for number, section, row, server in steps:
        progress.show(f"round {number + 1} of {options.rounds}, {section.part.title}",
                      f"{row.title}: {server.title}")
        try:
            found = measure.measure(options.build, server, row, effort)
        except (measure.Failed, OSError, ValueError) as failure:
            found = str(failure)
            progress.say(f"{section.part.title}, {row.title}: {server.title}: {failure}")
        section.runs[server.name, row.name][number] = found
        progress.done(effort.expected(row))
    progress.say(f"Measured in {minutes(time.monotonic() - progress.began)}")


class Progress:
    """How far it has come: a line that is written over on a terminal, else one for each stage."""

    def __init__(self, expected):
        self.began = time.monotonic()
        self._expected, self._passed, self._stage = expected, 0, ""
        self.say(f"This takes about {minutes(expected)}")

    def show(self, stage, text):
        """Tells what is next."""
        spent = time.monotonic() - self.began
        # What has passed tells how right the expectation is, once there is some of it.
        share = self._passed / self._expected
        left = spent / share * (1 - share) if share > 0.03 else self._expected - self._passed
        head = f"{stage}, {minutes(left)} left"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{f'{head}: {text}'[:79]}", end="", file=sys.stderr, flush=True)
        elif stage != self._stage:
            self.say(head)
        self._stage = stage

    def done(self, expected):
        """Counts a step that was thought to take `expected` seconds."""
        self._passed += expected

    def say(self, text):
        """Prints a line of its own."""
        erase = "\r\x1b[K" if sys.stderr.isatty() else ""
        print(erase + text, file=sys.stderr, flush=True)


def minutes(seconds):
    """Gives "40 s" or "12 min"."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted: nothing is written.", file=sys.stderr)
        sys.exit(130)
