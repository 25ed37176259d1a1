"""The servers that are measured: how each is started, what it is, and which version it has."""

import dataclasses
import pathlib
import shutil
import subprocess

PEERS = pathlib.Path(__file__).resolve().parent / "peers"

REFERENCE = "bowline-epoll"


@dataclasses.dataclass
class Server:
    """One echo server. `kind` is bowline, bare (a reference by hand) or peer."""

    name: str
    title: str
    kind: str
    command: list  # PORT stands for the port
    version: str = ""
    missing: str = ""  # why it can't be measured


def all_servers(build):
    """Gives every server there could be, those that can't run here with the reason."""
    programs = pathlib.Path(build).resolve() / "bin"
    return [*_bowline(programs), *_bare(programs), *_compiled(programs), *_scripts()]


def _bowline(programs):
    program = programs / "bowline"
    serve = [str(program), "serve", "echo", "--listen", "tcp://127.0.0.1:PORT", "--threads", "1",
             "--quiet", "--backend"]
    version = _first_line([str(program), "--version"]).removeprefix("bowline ")
    uring = "io_uring" in _output([str(program), "serve", "--help"])
    return [
        Server(REFERENCE, "bowline, epoll", "bowline", [*serve, "epoll"], version),
        # The same once more: how far it is from itself is what noise can do.
        Server("bowline-again", "bowline, epoll (again)", "bowline", [*serve, "epoll"], version),
        Server("bowline-uring", "bowline, io_uring", "bowline", [*serve, "io_uring"], version,
               "" if uring else "this bowline has no io_uring backend"),
    ]


def _bare(programs):
    made = []
    for name, title, package in (("bare_epoll", "epoll by hand", ""),
                                 ("bare_uring", "io_uring by hand", "liburing-dev")):
        program = programs / "bench" / name
        missing = "" if program.exists() else f"not built: needs {package or 'the target benches'}"
        version = _package_version(package) if package else ""
        made.append(Server(name.replace("_", "-"), title, "bare", [str(program), "PORT"], version,
                           missing))
    return made


def _compiled(programs):
    made = []
    for name, program, title, package in (
            ("asio-callbacks", "asio_callbacks", "Asio, callbacks", "libasio-dev"),
            ("asio-coroutines", "asio_coroutines", "Asio, coroutines", "libasio-dev"),
            ("libuv", "libuv_write", "libuv", "libuv1-dev"),
            ("libevent", "libevent_events", "libevent, events", "libevent-dev"),
            ("libevent-buffers", "libevent_buffers", "libevent, bufferevents", "libevent-dev"),
            ("go", "go_net", "Go, net", "golang-go")):
        path = programs / "bench" / program
        missing = "" if path.exists() else f"not built: needs {package}"
        made.append(Server(name, title, "peer", [str(path), "PORT"], _package_version(package),
                           missing))
    return made


def _scripts():
    # Debian's own, for which Debian's uvloop is.
    python = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else "python3"
    version = _first_line([python, "--version"]).removeprefix("Python ")
    uvloop = _first_line([python, "-c", "import uvloop; print(uvloop.__version__)"])
    node = shutil.which("node") or shutil.which("nodejs")
    node_version = _first_line([node, "--version"]).removeprefix("v") if node else ""
    protocol, streams = str(PEERS / "asyncio_protocol.py"), str(PEERS / "asyncio_streams.py")
    return [
        Server("uvloop", "Python uvloop, protocol", "peer", [python, protocol, "PORT", "uvloop"],
               uvloop, "" if uvloop else "needs python3-uvloop"),
        Server("asyncio", "Python asyncio, protocol", "peer", [python, protocol, "PORT"], version,
               "" if version else "needs python3"),
        Server("asyncio-streams", "Python asyncio, streams", "peer", [python, streams, "PORT"],
               version, "" if version else "needs python3"),
        Server("node", "Node, net", "peer", [node, str(PEERS / "node_net.js"), "PORT"],
               node_version, "" if node else "needs nodejs"),
    ]


def _package_version(package):
    """Gives the version of a Debian package, or nothing elsewhere."""
    status = _output(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package])
    return status.removeprefix("installed ") if status.startswith("installed ") else ""


def _first_line(command):
    lines = _output(command).splitlines()
    return lines[0].strip() if lines else ""


def _output(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    except OSError:
        return ""
