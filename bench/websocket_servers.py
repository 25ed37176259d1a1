"""The servers that echo over WebSocket."""

import pathlib

from servers import PEERS, PYTHON, Server, bowline, built, first_line, node_program, python_version


def websocket(build):
    """Gives every server there could be, those that can't run here with the reason."""
    programs = pathlib.Path(build).resolve() / "bin"
    return [*bowline(build, "ws"),
            built(programs, "bare-epoll", "epoll by hand", "bare", "bare_websocket"),
            built(programs, "beast", "Boost.Beast", "peer", "beast_websocket", "libboost1.81-dev"),
            _websockets(), *_from_npm(build)]


def _websockets():
    version = python_version("websockets")
    return Server("websockets", "Python websockets", "peer",
                  [PYTHON, str(PEERS / "websockets_echo.py"), "$port"], version,
                  "" if version else "needs python3-websockets")


def _from_npm(build):
    modules = pathlib.Path(build).resolve() / "npm" / "node_modules"
    node, _ = node_program()
    read = "console.log(require(process.argv[1]).version)"
    ws = first_line([node, "-e", read, str(modules / "ws" / "package.json")]) if node else ""
    bun = modules / ".bin" / "bun"
    bun_version = first_line([str(bun), "--version"])
    return [
        Server("node-ws", "Node, ws", "peer",
               ["env", f"NODE_PATH={modules}", node, str(PEERS / "node_ws.js"), "$port"], ws,
               "" if ws else "needs nodejs, and npm to install the package ws"),
        Server("bun", "Bun", "peer", [str(bun), str(PEERS / "bun_websocket.js"), "$port"],
               bun_version, "" if bun_version else "needs npm to install the package bun"),
    ]
