"""What the tutorial programs share: an address from the command line, and whole printed lines.

Importing it makes every printed line leave at once, also into a pipe, as on a terminal.
"""

import sys

sys.stdout.reconfigure(line_buffering=True)


def print(line):
    """Prints one line in one piece: of many threads, Python's own may mix lines and newlines."""
    sys.stdout.write(f"{line}\n")


def address(host=None, port=None):
    """Gives (HOST, PORT) from the arguments HOST PORT, HOST:PORT or tcp://HOST:PORT.

    Without arguments gives the defaults; a program that has none ends with its usage.
    """
    if len(sys.argv) == 2:
        host, _, port = sys.argv[1].removeprefix("tcp://").rpartition(":")
    elif len(sys.argv) > 2:
        host, port = sys.argv[1:3]
    elif host is None:
        sys.exit(f"usage: {sys.argv[0]} HOST PORT ...")
    return host, int(port)
