"""The servers that are measured: how each is started, what it is, and which version it has. Those
here echo over TCP."""

import dataclasses
import pathlib
import shutil
import subprocess

PEERS = pathlib.Path(__file__).resolve().parent / "peers"

# Debian's own, for which Debian's modules are.
PYTHON = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else "python3"


@dataclasses.dataclass
class Server:
    """One echo server. `kind` is bowline, bare (a reference by hand) or peer."""

    name: str
    title: str
    kind: str
    # Words with $port, $certificate (a file with the key in it as well), $folder (for this run).
    command: list
    version: str = ""
    missing: str = ""  # why it can't be measured
    # A file of bench/peers/ with the same, and $backend (the port of an echo server to pass bytes
    # on to): as it is filled in, its path is the last word of the command.
    config: str = ""

    def template(self):
        """Gives the text of `config`."""
        return (PEERS / self.config).read_text(encoding="utf-8") if self.config else ""


def tcp(build):
    """Gives every server there could be, those that can't run here with the reason."""
    programs = pathlib.Path(build).resolve() / "bin"
    first, *others = floor_and_bowline(build)
    # The same once more: how far it is from itself is what noise can do.
    again = dataclasses.replace(first, name="bowline-again", title="bowline, epoll (again)")
    return [first, again, *others, *_compiled(programs), *_scripts()]


def floor_and_bowline(build):
    """Gives bowline on each backend, and what it stands on by hand."""
    programs = pathlib.Path(build).resolve() / "bin"
    return [*bowline(build, "tcp"),
            built(programs, "bare-epoll", "epoll by hand", "bare", "bare_epoll"),
            built(programs, "bare-uring", "io_uring by hand", "bare", "bare_uring",
                  "liburing-dev")]


def bowline(build, scheme, *options):
    """Gives bowline on each backend, at a port of `scheme`."""
    program = pathlib.Path(build).resolve() / "bin" / "bowline"
    serve = [str(program), "serve", "echo", "--listen", f"{scheme}://127.0.0.1:$port", "--threads",
             "1", "--quiet", *options, "--backend"]
    version = first_line([str(program), "--version"]).removeprefix("bowline ")
    uring = "io_uring" in _output([str(program), "serve", "--help"])
    return [
        Server("bowline-epoll", "bowline, epoll", "bowline", [*serve, "epoll"], version),
        Server("bowline-uring", "bowline, io_uring", "bowline", [*serve, "io_uring"], version,
               "" if uring else "this bowline has no io_uring backend"),
    ]


def built(programs, name, title, kind, program, package=""):
    """Gives the server that is `program` of bench/, which needs `package` to be built."""
    path = programs / "bench" / program
    missing = "" if path.exists() else f"not built: needs {package or 'the target benches'}"
    return Server(name, title, kind, [str(path), "$port"], package_version(package), missing)


def _compiled(programs):
    return [built(programs, name, title, "peer", program, package)
            for name, program, title, package in (
                ("asio-callbacks", "asio_callbacks", "Asio, callbacks", "libasio-dev"),
                ("asio-coroutines", "asio_coroutines", "Asio, coroutines", "libasio-dev"),
                ("libuv", "libuv_write", "libuv", "libuv1-dev"),
                ("libevent", "libevent_events", "libevent, events", "libevent-dev"),
                ("libevent-buffers", "libevent_buffers", "libevent, bufferevents", "libevent-dev"),
                ("go", "go_net", "Go, net", "golang-go"))]


def _scripts():
    version = first_line([PYTHON, "--version"]).removeprefix("Python ")
    uvloop = python_version("uvloop")
    node, node_version = node_program()
    protocol, streams = str(PEERS / "asyncio_protocol.py"), str(PEERS / "asyncio_streams.py")
    return [
        Server("uvloop", "Python uvloop, protocol", "peer", [PYTHON, protocol, "$port", "uvloop"],
               uvloop, "" if uvloop else "needs python3-uvloop"),
        Server("asyncio", "Python asyncio, protocol", "peer", [PYTHON, protocol, "$port"], version,
               "" if version else "needs python3"),
        Server("asyncio-streams", "Python asyncio, streams", "peer", [PYTHON, streams, "$port"],
               version, "" if version else "needs python3"),
        Server("node", "Node, net", "peer", [node, str(PEERS / "node_net.js"), "$port"],
               node_version, "" if node else "needs nodejs"),
    ]


def node_program():
    """Gives (the path of Node, its version), both empty without one."""
    node = shutil.which("node") or shutil.which("nodejs") or ""
    return node, first_line([node, "--version"]).removeprefix("v") if node else ""


def python_version(module):
    """Gives the version of a module of Python's, or nothing."""
    return first_line([PYTHON, "-c", f"import {module}; print({module}.__version__)"])


def package_version(package):
    """Gives the version of a Debian package, or nothing elsewhere."""
    if not package:
        return ""
    status = _output(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package])
    return status.removeprefix("installed ") if status.startswith("installed ") else ""


def first_line(command):
    """Gives the first line that a command prints, or nothing."""
    lines = _output(command).splitlines()
    return lines[0].strip() if lines else ""


def _output(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    except OSError:
        return ""
