"""Starts the programs under test and reads what they print, always with a deadline.

A test class derives from ProgramTest: what it starts is killed at the end of the test, and what
the programs printed is shown when the test fails. BOWLINE_BIN names the folder of the built
programs (default: build/release/bin); there NAME.py may stand in for the program NAME.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
BIN = pathlib.Path(os.environ.get("BOWLINE_BIN", ROOT / "build/release/bin")).resolve()

BOWLINE, PYTHON = "bowline", "python"
# (server, client): who plays which part. Python against Python would test only this folder.
PAIRS = ((BOWLINE, PYTHON), (PYTHON, BOWLINE), (BOWLINE, BOWLINE))

# Seconds that one wait and one whole test may take. Both are generous: only a hang reaches them.
WAIT_MAX = 60
TEST_MAX = 180

# An IPv4 loopback address as Python prints the tuple, and as IP:PORT, for use in patterns.
ADDR = r"\('127\.0\.0\.1', \d+\)"
IP_PORT = r"127\.0\.0\.1:\d+"

POLL_PERIOD = 0.005
# What a failure shows of a program at most: characters of a line, lines of an output.
LINE_SHOWN_MAX = 160
LINES_SHOWN_MAX = 40
# As a column of proc(5) net/tcp.
LISTEN_STATE = " 0A "


class Output:
    """What a program writes to one pipe; a thread collects it, so that the pipe never fills."""

    def __init__(self, pipe):
        self._pipe = pipe
        self._bytes = bytearray()
        self._taken = 0
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def line(self, timeout=WAIT_MAX):
        """Gives the next line without its newline; an unfinished last line counts as one.

        Fails the test if none comes within `timeout` seconds or the output has ended.
        """
        with self._changed:
            self._changed.wait_for(self._has_line, timeout)
            newline = self._bytes.find(b"\n", self._taken)
            end = newline if newline >= 0 else len(self._bytes)
            if newline < 0 and not (self._ended and end > self._taken):
                why = "the program ended" if self._ended else f"none came in {timeout} s"
                raise AssertionError(f"a printed line was awaited: {why}")
            text = self._bytes[self._taken:end].decode(errors="backslashreplace")
            self._taken = end + 1
            return text

    def lines(self, count):
        """Gives the next `count` lines."""
        return [self.line() for _ in range(count)]

    def find(self, pattern):
        """Skips lines until one contains `pattern`; gives the match."""
        while True:
            if match := re.search(pattern, self.line()):
                return match

    def rest(self, timeout=WAIT_MAX):
        """Waits until the program closes the pipe; gives the lines not taken before."""
        return self.all(timeout)[self._taken:].decode(errors="backslashreplace").splitlines()

    def all(self, timeout=WAIT_MAX):
        """Waits until the program closes the pipe; gives everything it wrote, as bytes."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout):
                raise AssertionError(f"the program did not end within {timeout} s")
            return bytes(self._bytes)

    def wait_for(self, data, timeout=WAIT_MAX):
        """Waits until `data` was written, whether a line ended or not; takes no line."""
        with self._changed:
            if not self._changed.wait_for(lambda: data in self._bytes or self._ended, timeout):
                raise AssertionError(f"{data} did not come within {timeout} s")

    def so_far(self):
        """Gives everything written until now, as bytes."""
        with self._changed:
            return bytes(self._bytes)

    def close(self):
        """Drops the pipe; only for a program that has ended."""
        self._thread.join(WAIT_MAX)
        self._pipe.close()

    def _has_line(self):
        return self._ended or self._bytes.find(b"\n", self._taken) >= 0

    def _collect(self):
        while chunk := os.read(self._pipe.fileno(), 65536):
            with self._changed:
                self._bytes += chunk
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Program:
    """One running program with pipes for its input and outputs. Ends it when asked, and only it."""

    def __init__(self, argv):
        self.argv = argv
        self._process = subprocess.Popen(argv, bufsize=0, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.pid = self._process.pid
        self.stdout = Output(self._process.stdout)
        self.stderr = Output(self._process.stderr)

    def type(self, data):
        """Writes text or bytes to the program's input; a program that has left is no error."""
        data = data.encode() if isinstance(data, str) else data
        with contextlib.suppress(BrokenPipeError):
            while data:
                data = data[self._process.stdin.write(data):]

    def type_end(self):
        """Ends the program's input."""
        self._process.stdin.close()

    def interrupt(self, number=signal.SIGINT):
        """Sends the program a signal."""
        self._process.send_signal(number)

    def exit_code(self, timeout=WAIT_MAX):
        """Waits until the program ends; gives its exit code (negative: the signal it died of)."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the program did not end within {timeout} s") from None

    def ports(self, count=1):
        """Waits until the program listens on `count` TCP ports; gives them, sorted.

        Asks the kernel instead of connecting: a probe would use up a server's only client.
        """
        give_up = time.monotonic() + WAIT_MAX
        while len(found := listening_ports(self.pid)) < count:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with {self._process.returncode}")
            if time.monotonic() > give_up:
                raise AssertionError(f"the server did not listen within {WAIT_MAX} s")
            time.sleep(POLL_PERIOD)
        return sorted(found)

    def port(self):
        """Waits until the program listens; gives its TCP port."""
        return self.ports()[0]

    def stop(self):
        """Kills the program if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self.stdout.close()
        self.stderr.close()

    def transcript(self):
        """Gives what a failed test should show of this program."""
        parts = [f"$ {' '.join(self.argv)}", f"  exit code {self._process.poll()}"]
        for name, output in (("stdout", self.stdout), ("stderr", self.stderr)):
            lines = output.so_far().decode(errors="backslashreplace").splitlines()
            if len(lines) > LINES_SHOWN_MAX:
                parts.append(f"  {name} | [{len(lines) - LINES_SHOWN_MAX} lines before these]")
            parts += [f"  {name} | {shortened(line)}" for line in lines[-LINES_SHOWN_MAX:]]
        return "\n".join(parts)


def shortened(line):
    """Gives the line, or its beginning and how long it is."""
    if len(line) <= LINE_SHOWN_MAX:
        return line
    return f"{line[:LINE_SHOWN_MAX]}[... {len(line)} characters]"


def listening_ports(pid):
    """Gives the set of TCP ports on which the process `pid` listens (proc(5))."""
    inodes = set()
    # The program may close a file or end while its files are listed.
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                inodes.add(os.readlink(f"/proc/{pid}/fd/{name}"))
    return {port for port, _, inode in listeners() if f"socket:[{inode}]" in inodes}


def listeners():
    """Gives (port, connections not accepted yet, inode) of all listening TCP sockets (proc(5))."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError), open(table, encoding="ascii") as rows:
            # Rows are many after a crowd has left; few of them listen.
            for fields in (row.split() for row in rows if LISTEN_STATE in row):
                port, waiting = fields[1].rpartition(":")[2], fields[4].rpartition(":")[2]
                yield int(port, 16), int(waiting, 16), fields[9]


def runnable(path):
    """Gives the command line that runs the program `path`, or the `path`.py that stands in."""
    script = path.with_name(path.name + ".py")
    if script.exists():
        return [sys.executable, str(script)]
    if not path.exists():
        raise AssertionError(f"{path} is missing: build it, or set BOWLINE_BIN to its folder")
    return [str(path)]


def pairs(*servers):
    """Gives (server name, its kind, the client's kind) for each of `servers` and PAIRS."""
    return [(name, *kinds) for name in servers for kinds in PAIRS]


class ProgramTest(unittest.TestCase):
    """A test that runs programs: it has a deadline, and leaves none of them running."""

    def run(self, result=None):
        self._programs = []
        result = result or self.defaultTestResult()
        bad = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > bad:
            for program in self._programs:
                print(program.transcript(), file=sys.stderr)
        self._programs = []
        return result

    def setUp(self):
        before = signal.signal(signal.SIGALRM, self._on_deadline)
        # Repeats: a subtest may take the first for its own failure and go on.
        signal.setitimer(signal.ITIMER_REAL, TEST_MAX, 1)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def start(self, kind, name, *arguments):
        """Starts the tutorial program `name`: the example (BOWLINE) or the original (PYTHON)."""
        folder = {BOWLINE: BIN / "examples", PYTHON: PROGRAMS}[kind]
        return self._start(runnable(folder / name), arguments)

    def start_server(self, kind, name):
        """Starts a tutorial server on a port of the kernel's choice; gives (program, port)."""
        program = self.start(kind, name, "127.0.0.1", 0)
        return program, program.port()

    def command(self, *arguments):
        """Starts the command `bowline` with `arguments`."""
        return self._start(runnable(BIN / "bowline"), arguments)

    def part(self, name, server_kind, client_kind):
        """Gives the subtest of one of pairs()."""
        return self.subTest(server=f"{server_kind} {name}", client=client_kind)

    def check_lines(self, lines, *patterns):
        """Fails unless each of `lines` is the pattern at its place, whole."""
        if len(lines) != len(patterns) or not all(map(re.fullmatch, patterns, lines)):
            shown = ["\n  ".join(map(shortened, each)) for each in (lines, patterns)]
            self.fail("printed:\n  {}\nawaited:\n  {}".format(*shown))

    def _start(self, argv, arguments):
        program = Program(argv + [str(argument) for argument in arguments])
        self._programs.append(program)
        self.addCleanup(program.stop)
        return program

    def _on_deadline(self, *_):
        raise AssertionError(f"the test took more than {TEST_MAX} s")
