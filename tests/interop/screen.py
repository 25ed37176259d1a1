"""A terminal to look at: starts a program on a pseudo terminal and keeps what its screen shows.

It obeys the control functions (ECMA-48) that line editors need, as xterm does, and fails on others.
"""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

from harness import WAIT_MAX

COLUMNS, ROWS = 40, 24
CONTROL = re.compile(r"\x1b\[([?>]?)([0-9;]*)([@-~])|\x1b[()][A-Z0-9]|\x1b[=>78]|[\x00-\x1f]|"
                     r"[^\x00-\x1f]")
INCOMPLETE = re.compile(r"\x1b(\[[?>]?[0-9;]*)?$")


class Screen:
    """Rows of text and a cursor; what leaves at the top is kept in `scrolled`."""

    def __init__(self, columns=COLUMNS):
        self.columns = columns
        self.cells = [[" "] * columns for _ in range(ROWS)]
        self.scrolled = []
        self.row = self.column = 0
        self._waiting = ""

    def feed(self, text):
        """Shows `text`, which comes after what was fed before."""
        text = self._waiting + text
        cut = INCOMPLETE.search(text)
        self._waiting = cut[0] if cut else ""
        text = text[:len(text) - len(self._waiting)]
        for match in CONTROL.finditer(text):
            if match[3]:
                self._control(match[1], match[2], match[3])
            elif match[0] >= " ":
                self._put(match[0])
            elif match[0][0] != "\x1b":
                self._move(match[0])

    def rows(self):
        """Gives all rows that are not empty, without the blanks at their ends."""
        rows = self.scrolled + ["".join(cells).rstrip() for cells in self.cells]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _put(self, character):
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:  # a full row is left only when more comes
            self.column = 0
            self._down()
        self.cells[self.row][self.column] = character
        if width == 2:
            self.cells[self.row][self.column + 1] = ""
        self.column += width

    def _move(self, control):
        if control == "\r":
            self.column = 0
        elif control == "\n":
            self._down()
        elif control == "\b":
            self.column = max(0, min(self.column, self.columns - 1) - 1)

    def _down(self):
        self.row += 1
        if self.row == ROWS:
            self.scrolled.append("".join(self.cells.pop(0)).rstrip())
            self.cells.append([" "] * self.columns)
            self.row -= 1

    def _control(self, private, numbers, final):
        count = max(1, int(numbers or 1)) if ";" not in numbers else 1
        cells = self.cells[self.row]
        if private or final in "mhl":
            return
        if final == "A":
            self.row = max(0, self.row - count)
        elif final == "B":
            self.row = min(ROWS - 1, self.row + count)
        elif final == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "G":
            self.column = count - 1
        elif final == "P":
            cells[self.column:] = cells[self.column + count:] + [" "] * count
        elif final == "@":
            cells[self.column:] = ([" "] * count + cells[self.column:])[:self.columns - self.column]
        elif final in "JK" and numbers in ("", "0"):
            cells[self.column:] = [" "] * (self.columns - self.column)
            for row in range(self.row + 1, ROWS if final == "J" else 0):
                self.cells[row] = [" "] * self.columns
        else:
            raise AssertionError(f"the screen does not know CSI {private}{numbers}{final}")


class ScreenProgram:
    """A program on a pseudo terminal of its own, which is its controlling terminal."""

    def __init__(self, argv, columns=COLUMNS):
        self._master, device = os.openpty()
        self.resize(columns)
        self.screen = Screen(columns)
        self.settings_before = self.settings()
        self.process = subprocess.Popen(
            argv, stdin=device, stdout=device, stderr=device, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        # Kept open: the settings can be read, and what was shown last, after the program's end.
        self._device = device

    def settings(self):
        """Gives the settings of the terminal (termios)."""
        return termios.tcgetattr(self._master)

    def resize(self, columns):
        """Gives the terminal another width; the program is told by a signal."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))

    def type(self, keys):
        """Types `keys`; controls are themselves: "\\x03" is Ctrl-C."""
        os.write(self._master, keys.encode())

    def wait_for(self, rows):
        """Waits until the last rows of the screen are `rows`."""
        give_up = time.monotonic() + WAIT_MAX
        while self.screen.rows()[-len(rows):] != rows:
            if time.monotonic() > give_up:
                raise AssertionError(f"awaited {rows}, the screen shows {self.screen.rows()}")
            self._read(0.05)

    def wait_until_stopped(self):
        """Waits until the program was stopped by a signal."""
        self._wait_until(lambda: self._state() == "T")

    def exit_code(self):
        """Waits until the program ends; gives its exit code."""
        self._wait_until(lambda: self.process.poll() is not None)
        self._read(0)
        return self.process.returncode

    def stop(self):
        """Kills the program if it still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._device)

    def _state(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0]

    def _wait_until(self, done):
        give_up = time.monotonic() + WAIT_MAX
        while not done():
            if time.monotonic() > give_up:
                raise AssertionError(f"it did not happen; the screen shows {self.screen.rows()}")
            self._read(0.01)

    def _read(self, timeout):
        while select.select([self._master], [], [], timeout)[0]:
            with contextlib.suppress(OSError):
                self.screen.feed(os.read(self._master, 65536).decode(errors="replace"))
            timeout = 0
