#!/usr/bin/env python3
"""Measures bowline beside its peers and bare references, and writes RESULTS.md with a plot.

Every server echoes on one core while the load runs on another. The figure is the server's processor
time (user and system) per message. In each round every server is measured once per workload, in
random order; what counts is the ratio to bowline's epoll in the same round, and its median.

    bench/compare.py --quick                         two rounds of short runs, into build/
    bench/compare.py --rounds 7                      the real one, into bench/
    bench/compare.py --servers libuv,go --workloads fifty,large
"""

import argparse
import collections
import dataclasses
import pathlib
import random
import resource
import sys

import measure
import plot
import results
import servers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

# What a server has open besides its connections, generously.
FILES_BESIDE = 200


def main():
    options = read_options()
    effort = within_file_limit(measure.QUICK if options.quick else measure.Effort())
    chosen, missing = choose_servers(options)
    runs = run_all(options, chosen, effort)
    table = results.Results(runs, chosen, options.workloads, options.rounds, effort)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.svg").write_text(plot.svg(table), encoding="utf-8")
    page = results.page(table, missing, options.quick)
    (options.output / "RESULTS.md").write_text(page, encoding="utf-8")
    print(page)
    print(f"Written: {options.output / 'RESULTS.md'} and results.svg", file=sys.stderr)
    return 1 if table.failures else 0


def read_options():
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    parser.add_argument("--rounds", type=int, help="default: 5, or 2 with --quick")
    parser.add_argument("--workloads", default="", help="some of: " +
                        ", ".join(one.name for one in measure.WORKLOADS))
    parser.add_argument("--servers", default="",
                        help=f"some by name; {servers.REFERENCE} is always among them")
    parser.add_argument("--quick", action="store_true", help="short runs, to try things out")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="the build folder, with the target benches")
    parser.add_argument("--output", type=pathlib.Path, help="default: bench/; quick: BUILD/bench/")
    parser.add_argument("--seed", type=int, help="for the order of the servers")
    options = parser.parse_args()
    options.rounds = max(1, options.rounds or (2 if options.quick else 5))
    options.output = options.output or (options.build / "bench" if options.quick else HERE)
    known = {one.name: one for one in measure.WORKLOADS}
    names = [name for name in options.workloads.split(",") if name] or list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no workload {unknown[0]}; there are: {', '.join(known)}")
    options.workloads = [known[name] for name in names]
    if not (options.build / "bin" / "bench" / "load").exists():
        parser.error(f"{options.build}/bin/bench/load is not built: ./dev bench builds it")
    options.parser = parser
    return options


def choose_servers(options):
    """Gives the servers to measure, and those that are left out since something is missing."""
    known = servers.all_servers(options.build)
    names = [name for name in options.servers.split(",") if name]
    if unknown := set(names) - {one.name for one in known}:
        everything = ", ".join(one.name for one in known)
        options.parser.error(f"no server {unknown.pop()}; there are: {everything}")
    wanted = [one for one in known if not names or one.name in (*names, servers.REFERENCE)]
    missing = [one for one in wanted if one.missing]
    for one in missing:
        print(f"left out: {one.title}: {one.missing}", file=sys.stderr)
    return [one for one in wanted if not one.missing], missing


def within_file_limit(effort):
    """Allows all the open files that may be; gives `effort` with no more connections."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if limit == resource.RLIM_INFINITY:
        return effort
    return dataclasses.replace(effort, idle=min(effort.idle, limit - FILES_BESIDE))


def run_all(options, chosen, effort):
    """Gives {(server name, workload name): {round: figures, or the text of a failure}}."""
    runs = collections.defaultdict(dict)
    order = random.Random(options.seed)
    for number in range(options.rounds):
        for workload in options.workloads:
            if workload.mode == "idle" and number > 0:
                continue  # the same to the byte each time
            for server in order.sample(chosen, len(chosen)):
                show(f"round {number + 1} of {options.rounds}, {workload.title}: {server.title}")
                try:
                    found = measure.measure(options.build, server, workload, effort)
                except measure.Failed as failure:
                    found = str(failure)
                    show("")
                    print(f"{server.title}, {workload.title}: {failure}", file=sys.stderr)
                runs[server.name, workload.name][number] = found
    show("")
    return runs


def show(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:79]}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
