"""What was measured, as figures and as a page of Markdown."""

import datetime
import os
import pathlib
import platform
import statistics

import measure
from servers import REFERENCE


class Results:
    """The runs of all servers on all workloads; figures are medians over the rounds."""

    def __init__(self, runs, servers, workloads, rounds, effort):
        self.servers, self.workloads, self.rounds = servers, workloads, rounds
        self.effort = effort
        self._runs = runs
        self.failures = []  # (server, workload, why): the first of each
        for server in servers:
            for workload in workloads:
                failed = [one for one in self._found(server, workload) if isinstance(one, str)]
                self.failures += [(server, workload, why) for why in failed[:1]]

    def figures(self, server, workload, key):
        """Gives `key` of each round that went well."""
        return [one[key] for one in self._found(server, workload) if isinstance(one, dict)]

    def median(self, server, workload, key):
        """Gives the median over the rounds, or None."""
        figures = self.figures(server, workload, key)
        return statistics.median(figures) if figures else None

    def ratios(self, server, workload, key="cpu_us"):
        """Gives, for each round, how this server's figure is to the reference's of that round."""
        mine = self._runs[server.name, workload.name]
        other = self._runs[REFERENCE, workload.name]
        both = [(mine[each], other[each]) for each in mine if each in other]
        return [a[key] / b[key] for a, b in both
                if isinstance(a, dict) and isinstance(b, dict) and b[key] > 0]

    def measured(self, mode):
        """Gives the workloads of this mode."""
        return [one for one in self.workloads if one.mode == mode]

    def with_ratios(self):
        """Gives the workloads whose figure is processor time."""
        return [one for one in self.workloads if one.mode != "idle"]

    def _found(self, server, workload):
        return list(self._runs[server.name, workload.name].values())


def page(table, missing, quick):
    """Gives all of RESULTS.md."""
    parts = ["# Bowline beside its peers\n", _about(table, quick)]
    if table.with_ratios():
        parts += ["![Processor time per message beside bowline's](results.svg)\n",
                  _ratio_table(table), _time_table(table)]
    if table.measured("echo"):
        parts.append(_latency_table(table))
    if table.measured("idle"):
        parts.append(_memory_table(table))
    parts += [_noise(table), _machine(), _versions(table, missing)]
    if table.failures:
        lines = [f"- {server.title}, {workload.title}: {why}"
                 for server, workload, why in table.failures]
        parts.append("## Failures\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _about(table, quick):
    effort = table.effort
    note = ("**A quick run: too short to believe differences below 10 %.**\n\n" if quick else "")
    return (
        f"{note}Written by `./dev bench` on {datetime.date.today()}. Each server echoes, alone on "
        f"one core, on one thread; the load runs on another and checks every byte. "
        f"{table.rounds} rounds, each with every server once per workload in random order, "
        f"{effort.seconds:g} s after {effort.warmup:g} s of warm-up (connecting: {effort.accepts} "
        f"connections). Messages have 64 bytes unless said. The figure is the server's processor "
        f"time, user and system, per message. On loopback the kernel's TCP is nearly all of it, so "
        f"no library can be much below the servers written by hand.\n")


def _ratio_table(table):
    workloads = table.with_ratios()
    head = ("## Processor time per message, bowline's epoll = 1\n\n"
            "Less is better. The median of the rounds' ratios, and the lowest to the highest.\n\n")

    def cell(server, workload):
        ratios = table.ratios(server, workload)
        if not ratios:
            return "-"
        middle = f"{statistics.median(ratios):.2f}"
        if server.name == REFERENCE or len(ratios) == 1:
            return middle
        return f"{middle} ({min(ratios):.2f} to {max(ratios):.2f})"

    return head + _grid(table.servers, workloads, cell)


def _time_table(table):
    workloads = table.with_ratios()
    head = "## The same in microseconds\n\nMedian of the rounds; `accept` is per connection.\n\n"
    head = head.replace("`accept`", "connecting")

    def cell(server, workload):
        value = table.median(server, workload, "cpu_us")
        return "-" if value is None else three_digits(value)

    return head + _grid(table.servers, workloads, cell)


def _latency_table(table):
    head = ("## Latency as the load sees it\n\n"
            "p50 and p99 in microseconds, median of the rounds. The load is a closed loop: with "
            "more than one connection this is mostly waiting for one's turn.\n\n")

    def cell(server, workload):
        half = table.median(server, workload, "p50_us")
        most = table.median(server, workload, "p99_us")
        return "-" if half is None else f"{three_digits(half)} / {three_digits(most)}"

    return head + _grid(table.servers, table.measured("echo"), cell)


def _memory_table(table):
    workload = table.measured("idle")[0]
    lines = ["## Memory per idle connection\n",
             f"Bytes of the server's own memory (`RssAnon`) per connection, with "
             f"{table.effort.idle} open; the kernel has about 8 KB more for each.\n",
             "| server | never used | after one message |", "| --- | ---: | ---: |"]
    for server in table.servers:
        idle = table.median(server, workload, "idle_bytes")
        used = table.median(server, workload, "used_bytes")
        if idle is not None:
            lines.append(f"| {_name(server)} | {idle:,.0f} | {used:,.0f} |")
    return "\n".join(lines) + "\n"


def _noise(table):
    """How far the same server is from itself: what no difference below means anything."""
    lines = ["## Noise\n",
             "What the reference itself varied by between rounds, in microseconds, and what it "
             "gave when it was measured twice in each round. Differences of that size mean "
             "nothing.\n",
             "| workload | lowest | median | highest | again / first |",
             "| --- | ---: | ---: | ---: | ---: |"]
    by_name = {server.name: server for server in table.servers}
    for workload in table.with_ratios():
        figures = table.figures(by_name[REFERENCE], workload, "cpu_us")
        if not figures:
            continue
        again = by_name.get("bowline-again")
        ratios = table.ratios(again, workload) if again else []
        twice = f"{min(ratios):.3f} to {max(ratios):.3f}" if ratios else "-"
        lines.append(f"| {workload.title} | {three_digits(min(figures))} | "
                     f"{three_digits(statistics.median(figures))} | "
                     f"{three_digits(max(figures))} | {twice} |")
    return "\n".join(lines) + "\n"


def _machine():
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    server_core, load_core = measure.cores()
    same = " (the machine has no second core: figures are of little worth)"
    lines = ["## Machine\n", f"- processor: {model}, {os.cpu_count()} cores",
             f"- kernel: Linux {platform.release()}",
             f"- server on core {server_core}, load on core {load_core}" +
             (same if server_core == load_core else "")]
    return "\n".join(lines) + "\n"


def _versions(table, missing):
    lines = ["## Servers\n", "| server | version | name for `--servers` |", "| --- | --- | --- |"]
    for server in table.servers:
        lines.append(f"| {server.title} | {server.version or '-'} | {server.name} |")
    for server in missing:
        lines.append(f"| {server.title} | left out: {server.missing} | {server.name} |")
    return "\n".join(lines) + "\n"


def _grid(servers, workloads, cell):
    lines = ["| server | " + " | ".join(one.title for one in workloads) + " |",
             "| --- |" + " ---: |" * len(workloads)]
    for server in servers:
        cells = " | ".join(cell(server, workload) for workload in workloads)
        lines.append(f"| {_name(server)} | {cells} |")
    return "\n".join(lines) + "\n"


def _name(server):
    return f"**{server.title}**" if server.kind == "bowline" else server.title


def three_digits(value):
    """Gives 0.318, 5.13, 20.4 or 412."""
    decimals = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f}"
