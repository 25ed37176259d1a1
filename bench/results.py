"""What was measured, as figures and as a page of Markdown."""

import collections
import dataclasses
import datetime
import os
import pathlib
import platform
import statistics

import measure

# What stands on what: bowline's backends, and the same by hand.
FLOORS = (("bowline-epoll", "bare-epoll"), ("bowline-uring", "bare-epoll"),
          ("bowline-uring", "bare-uring"))


class Section:
    """A part of the page with what was found for it; figures are medians over the rounds."""

    def __init__(self, part, rows, servers, missing):
        self.part, self.rows, self.servers, self.missing = part, rows, servers, missing
        self.notes = []  # what a reader must know besides
        # (server's name, row's name) -> {round: figures, or the text of a failure}
        self.runs = collections.defaultdict(dict)

    def shrink(self, row, connections):
        """Makes `row` one of fewer connections."""
        self.notes.append(f"{row.title} were wanted; the limit of open files "
                          f"(`ulimit -n`) allows {connections:,}.")
        title = f"{connections:,} connections"
        active = max(1, row.active * connections // row.connections)
        smaller = dataclasses.replace(row, title=title, connections=connections, active=active)
        self.rows = [smaller if one is row else one for one in self.rows]

    def failures(self):
        """Gives (server, row, why) for the first failure of each."""
        found = []
        for server in self.servers:
            for row in self.rows:
                failed = [one for one in self._found(server, row) if isinstance(one, str)]
                found += [(server, row, why) for why in failed[:1]]
        return found

    def figures(self, server, row, key):
        """Gives `key` of each round that went well."""
        return [one[key] for one in self._found(server, row) if isinstance(one, dict)]

    def median(self, server, row, key):
        """Gives the median over the rounds, or None."""
        figures = self.figures(server, row, key)
        return statistics.median(figures) if figures else None

    def ratios(self, server, row, beside=None, key="cpu_us"):
        """Gives, for each round, how a server's figure is to that of another, by name; without
        one, to the first server's."""
        mine = self.runs[server, row.name]
        other = self.runs[beside or self.reference.name, row.name]
        both = [(mine[each], other[each]) for each in mine if each in other]
        return [a[key] / b[key] for a, b in both
                if isinstance(a, dict) and isinstance(b, dict) and b[key] > 0]

    @property
    def reference(self):
        """What the others are compared with."""
        return self.servers[0]

    def with_ratios(self):
        """Gives the rows whose figure is processor time."""
        return [row for row in self.rows if row.mode != "idle"]

    def of_mode(self, mode):
        """Gives the rows of this mode."""
        return [row for row in self.rows if row.mode == mode]

    def _found(self, server, row):
        return list(self.runs[server.name, row.name].values())


def plot_name(section):
    """Gives the name of the picture that stands beside the page."""
    return f"results-{section.part.name}.svg"


def page(sections, options, effort):
    """Gives all of RESULTS.md."""
    blocks = ["# Bowline beside its peers\n", _about(options, effort), _above_the_floor(sections)]
    for section in sections:
        blocks += _section(section, effort)
    blocks += [_noise(sections), _machine(), _versions(sections)]
    lines = [f"- {section.part.title}, {row.title}: {server.title}: {why}"
             for section in sections for server, row, why in section.failures()]
    if lines:
        blocks.append("## Failures\n\n" + "\n".join(lines) + "\n")
    return "\n".join(block for block in blocks if block)


def _about(options, effort):
    note = "**A quick run: too short to believe differences below 10 %.**\n\n"
    return (
        f"{note if options.quick else ''}Written by `./dev bench` on {datetime.date.today()}. Each "
        f"server echoes, alone on one core, on one thread; the load runs on another and checks "
        f"every byte. {options.rounds} rounds, each with every server once per row in random "
        f"order, {effort.seconds:g} s after {effort.warmup:g} s of warm-up (connecting: "
        f"{effort.connections} connections, {effort.handshakes} handshakes of TLS). Messages have "
        f"64 bytes unless said. The figure is the server's processor time, user and system, per "
        f"message. On loopback the kernel's part is nearly all of it, so no library can be much "
        f"below the servers written by hand. "
        f"[How to read this](../docs/guide/benchmarks.md).\n")


def _above_the_floor(sections):
    """What bowline adds to what it stands on."""
    lines = []
    for section in sections:
        for row in section.with_ratios():
            cells = []
            for name, floor in FLOORS:
                ratios = section.ratios(name, row, floor)
                cells.append(f"{statistics.median(ratios):.3f}" if ratios else "-")
            if set(cells) != {"-"}:
                lines.append(f"| {section.part.title}: {row.title} | " + " | ".join(cells) + " |")
    if not lines:
        return ""
    head = ["## What bowline adds\n",
            "Its processor time as a ratio to the same by hand: the median of the rounds' ratios."
            "\n",
            "| row | epoll / epoll by hand | io_uring / epoll by hand | "
            "io_uring / io_uring by hand |",
            "| --- | ---: | ---: | ---: |"]
    return "\n".join(head + lines) + "\n"


def _section(section, effort):
    about = " ".join([section.part.about, *section.notes])
    blocks = [f"## {section.part.title}\n\n{about}\n"]
    if section.with_ratios():
        blocks += [f"![{section.part.title}: processor time]({plot_name(section)})\n",
                   _ratio_table(section), _time_table(section)]
    if any(row.unit == "handshake" for row in section.rows):
        blocks.append(_handshake_table(section))
    if any(row.active for row in section.rows):
        blocks.append(_user_table(section))
    if section.of_mode("datagrams"):
        blocks.append(_lost(section))
    if section.of_mode("echo"):
        blocks.append(_latency_table(section))
    if section.of_mode("idle"):
        blocks.append(_memory_table(section, effort))
    return blocks


def _ratio_table(section):
    head = (f"### Ratio to {section.reference.title}\n\n"
            "Less is better. The median of the rounds' ratios, and the lowest to the highest.\n\n")

    def cell(server, row):
        ratios = section.ratios(server.name, row)
        if not ratios:
            return "-"
        middle = f"{statistics.median(ratios):.2f}"
        if server is section.reference or len(ratios) == 1:
            return middle
        return f"{middle} ({min(ratios):.2f} to {max(ratios):.2f})"

    return head + _grid(section.servers, section.with_ratios(), cell)


def _time_table(section):
    units = " or ".join(sorted({row.unit for row in section.with_ratios()}, reverse=True))
    head = f"### Microseconds per {units}\n\nMedian of the rounds.\n\n"

    def cell(server, row):
        value = section.median(server, row, "cpu_us")
        return "-" if value is None else three_digits(value)

    return head + _grid(section.servers, section.with_ratios(), cell)


def _handshake_table(section):
    head = "### Handshakes per second of the server's processor time\n\n"

    def cell(server, row):
        value = section.median(server, row, "cpu_us")
        return "-" if value is None else f"{1e6 / value:,.0f}"

    return head + _grid(section.servers, section.with_ratios(), cell)


def _user_table(section):
    head = "### User time alone, microseconds per message\n\n"

    def cell(server, row):
        figures = section.figures(server, row, "user_us")
        return f"{statistics.mean(figures):.2f}" if figures else "-"

    return head + _grid(section.servers, section.with_ratios(), cell)


def _lost(section):
    def cell(server, row):
        lost, came = (sum(section.figures(server, row, key)) for key in ("lost", "messages"))
        return f"{lost / (lost + came):.2%}" if came else "-"

    return "### Lost\n\n" + _grid(section.servers, section.of_mode("datagrams"), cell)


def _latency_table(section):
    head = ("### Latency as the load sees it\n\n"
            "p50 and p99 in microseconds, median of the rounds. The load is a closed loop: with "
            "more than one message under way this is mostly waiting for one's turn.\n\n")

    def cell(server, row):
        half = section.median(server, row, "p50_us")
        most = section.median(server, row, "p99_us")
        return "-" if half is None else f"{three_digits(half)} / {three_digits(most)}"

    return head + _grid(section.servers, section.of_mode("echo"), cell)


def _memory_table(section, effort):
    row = section.of_mode("idle")[0]
    lines = ["### Memory per idle connection\n",
             f"Bytes of the server's own memory (`RssAnon`) per connection, with {effort.idle:,} "
             f"open; the kernel has about 8 KB more for each.\n",
             "| server | never used | after one message |", "| --- | ---: | ---: |"]
    for server in section.servers:
        idle = section.median(server, row, "idle_bytes")
        used = section.median(server, row, "used_bytes")
        if idle is not None:
            lines.append(f"| {_name(server)} | {idle:,.0f} | {used:,.0f} |")
    return "\n".join(lines) + "\n"


def _noise(sections):
    """How far the same server is from itself: what no difference below means anything."""
    lines = ["## Noise\n",
             "What the reference itself varied by between rounds, in microseconds, and what it "
             "gave when it was measured twice in each round. Differences of that size mean "
             "nothing.\n",
             "| row | lowest | median | highest | again / first |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for section in sections:
        for row in section.with_ratios():
            figures = section.figures(section.reference, row, "cpu_us")
            if not figures:
                continue
            ratios = section.ratios("bowline-again", row)
            twice = f"{min(ratios):.3f} to {max(ratios):.3f}" if ratios else "-"
            lines.append(f"| {section.part.title}: {row.title} | {three_digits(min(figures))} | "
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


def _versions(sections):
    lines = ["## Servers\n", "| part | server | version | name for `--servers` |",
             "| --- | --- | --- | --- |"]
    for section in sections:
        for server in (*section.servers, *section.missing):
            version = f"left out: {server.missing}" if server.missing else server.version or "-"
            lines.append(f"| {section.part.title} | {server.title} | {version} | {server.name} |")
    return "\n".join(lines) + "\n"


def _grid(servers, rows, cell):
    lines = ["| server | " + " | ".join(row.title for row in rows) + " |",
             "| --- |" + " ---: |" * len(rows)]
    for server in servers:
        cells = " | ".join(cell(server, row) for row in rows)
        lines.append(f"| {_name(server)} | {cells} |")
    return "\n".join(lines) + "\n"


def _name(server):
    return f"**{server.title}**" if server.kind == "bowline" else server.title


def three_digits(value):
    """Gives 0.318, 5.13, 20.4 or 412."""
    decimals = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f}"
