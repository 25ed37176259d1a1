"""The servers that echo datagrams."""

import pathlib

from servers import bowline, built


def datagrams(build):
    """Gives bowline and the floor: batches on epoll by hand."""
    programs = pathlib.Path(build).resolve() / "bin"
    return [*bowline(build, "udp"),
            built(programs, "bare-epoll", "epoll by hand", "bare", "bare_udp")]
