#!/usr/bin/env python3
"""Serves mixed load for MINUTES and fails when resident memory grows.

Two servers run side by side, one on each backend. Both get clients that stay, over TCP, TLS and
WebSocket, and others that come and go, read slowly, reset, send garbage or say nothing. Memory
counts from when a tenth of the time has passed: the median of the first fifth after that against
the median of the last.

    bench/soak.py 20
"""

import argparse
import asyncio
import contextlib
import pathlib
import random
import socket
import statistics
import struct
import sys
import time

import crafted
import measure
from watched import HOST, Watched

ROOT = pathlib.Path(__file__).resolve().parent.parent
BACKENDS = ("epoll", "io_uring")
OPTIONS = ("--idle-timeout", "20s", "--handshake-timeout", "5s", "--message-size", "1048576")
MIB = 1 << 20
# Seconds that an answer may take, on a machine that does other things as well.
PATIENCE = 60
SAMPLE_PERIOD = 5
TLS = crafted.trusting()
# Ends a connection with a reset (socket(7), SO_LINGER).
ABRUPTLY = struct.pack("ii", 1, 0)


class Wrong(Exception):
    """A server did not do what it should."""


class Load:
    """All clients of one server, and how often each kind has done its work."""

    def __init__(self, server):
        self.server, self.done, self.failures = server, {}, []

    def tasks(self):
        """Gives what is to run at the same time."""
        stay = [(self.stay, "tcp", 0.3)] * 20 + [(self.stay, "tls", 0.3)] * 5
        stay += [(self.stay, "ws", 0.3)] * 10
        come = [(self.come_and_go, "tcp", 0.02), (self.come_and_go, "ws", 0.1),
                (self.come_and_go, "tls", 0.3)]
        bad = [(self.read_slowly, "tcp", 2), (self.reset, "tcp", 0.1), (self.reset, "ws", 0.2),
               (self.send_garbage, "ws", 1), (self.send_garbage, "tls", 1),
               (self.be_silent, "tcp", 20), (self.be_silent, "ws", 20)]
        return [self.repeat(*each) for each in stay + come + bad]

    async def repeat(self, work, scheme, pause):
        """Does `work` again and again; what fails is noted, and the soak goes on."""
        name = f"{work.__name__} {scheme}"
        while True:
            try:
                await work(scheme, pause)
            except (OSError, Wrong, asyncio.TimeoutError, asyncio.IncompleteReadError) as failure:
                self.failures.append(f"{name}: {failure!r}")
            self.done[name] = self.done.get(name, 0) + 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    async def stay(self, scheme, pause):
        """Says something a hundred times."""
        async with self.connection(scheme) as (reader, writer):
            for _ in range(100):
                await echo(scheme, reader, writer, random.randrange(1, 2000))
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    async def come_and_go(self, scheme, _):
        """Says one thing, seldom a large one."""
        size = random.randrange(1, 300_000 if random.random() < 0.1 else 2000)
        async with self.connection(scheme) as (reader, writer):
            await echo(scheme, reader, writer, size)

    async def read_slowly(self, scheme, _):
        """Writes a MiB, and takes some seconds to read it."""
        async with self.connection(scheme) as (reader, writer):
            writer.write(bytes(MIB))
            for _ in range(32):
                await asyncio.wait_for(reader.readexactly(MIB // 32), PATIENCE)
                await asyncio.sleep(0.1)

    async def reset(self, scheme, _):
        """Leaves in the middle of it."""
        async with self.connection(scheme) as (_, writer):
            writer.write(crafted.frame(crafted.BINARY, bytes(5000)))
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                       ABRUPTLY)

    async def send_garbage(self, scheme, _):
        """Is shown the door."""
        async with self.connection(scheme, raw=True) as (reader, writer):
            writer.write(crafted.garbage(3000, random.random()))
            await read_to_end(reader)

    async def be_silent(self, scheme, _):
        """Waits until the server has had enough."""
        async with self.connection(scheme, raw=True) as (reader, _):
            await read_to_end(reader)

    @contextlib.asynccontextmanager
    async def connection(self, scheme, raw=False):
        """Gives (reader, writer) of a new one; of a WebSocket when that is open, unless `raw`."""
        secure = TLS if scheme == "tls" and not raw else None
        reader, writer = await asyncio.open_connection(HOST, self.server.ports[scheme], ssl=secure)
        try:
            if scheme == "ws" and not raw:
                writer.write(crafted.upgrade())
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
                if not head.startswith(b"HTTP/1.1 101"):
                    raise Wrong(f"no WebSocket: {head[:40]}")
            yield reader, writer
            writer.close()
            with contextlib.suppress(OSError):
                await asyncio.wait_for(writer.wait_closed(), PATIENCE)
        finally:
            writer.transport.abort()


async def echo(scheme, reader, writer, size):
    """Sends `size` bytes and takes them back. Raises Wrong when others come."""
    sent = random.randbytes(size)
    writer.write(crafted.frame(crafted.BINARY, sent) if scheme == "ws" else sent)
    came = await asyncio.wait_for(message(scheme, reader, size), PATIENCE)
    if came != sent:
        raise Wrong("other bytes came back")


async def message(scheme, reader, size):
    """Gives the next `size` bytes, or the next message that is no ping."""
    while scheme == "ws":
        opcode, length = await reader.readexactly(2)
        if length >= 126:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
        payload = await reader.readexactly(length)
        if opcode & 0x0F == crafted.BINARY:
            return payload
    return await reader.readexactly(size)


async def read_to_end(reader):
    """Reads until the server closes, in whatever way."""
    with contextlib.suppress(ConnectionResetError):
        while await asyncio.wait_for(reader.read(65536), PATIENCE):
            pass


def main():
    options = read_options()
    random.seed(options.seed)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Watched(options.build, ("tcp", "tls", "ws"),
                                               (*OPTIONS, "--backend", backend)))
                   for backend in BACKENDS]
        return asyncio.run(soak(servers, options))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=20)
    parser.add_argument("--growth", type=float, default=1, metavar="MIB",
                        help="how much memory may grow (default: 1)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="the build folder")
    parser.add_argument("--seed", type=int, help="for what the clients choose")
    return parser.parse_args()


async def soak(servers, options):
    """Gives the exit code."""
    began, seconds = time.monotonic(), options.minutes * 60
    files = [server.files() for server in servers]
    loads = [Load(server) for server in servers]
    tasks = [asyncio.create_task(work) for load in loads for work in load.tasks()]
    samples = []
    while (passed := time.monotonic() - began) < seconds and all(s.runs() for s in servers):
        await asyncio.sleep(min(SAMPLE_PERIOD, seconds / 50))
        if passed > seconds / 10:
            samples.append((passed, [server.memory()[0] / MIB for server in servers]))
    used = [server.processor_time() / (time.monotonic() - began) for server in servers]
    await end(tasks)
    bad = 0
    for index, load in enumerate(loads):
        print(f"{BACKENDS[index]}: {sum(load.done.values())} pieces of work in "
              f"{options.minutes:g} minutes, {used[index]:.0%} of a core")
        own = [(at, sizes[index]) for at, sizes in samples]
        bad += not await is_well(load, files[index], own, options)
    return 1 if bad else 0


async def end(tasks):
    """Cancels them all, until they have ended: wait_for() of Python 3.11 may lose it."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=1)


async def is_well(load, files, samples, options):
    """Prints what became of one server; gives whether that is as it should be."""
    if not load.server.runs():
        print("  it ended by itself")
        return False
    give_up = time.monotonic() + PATIENCE
    while load.server.files() > files and time.monotonic() < give_up:
        await asyncio.sleep(0.1)
    fifth = max(1, len(samples) // 5)
    start = statistics.median(size for _, size in samples[:fifth])
    end = statistics.median(size for _, size in samples[-fifth:])
    slope = statistics.linear_regression(*zip(*samples)).slope * 3600
    print(f"  memory: {start:.2f} MiB at the start, {end:.2f} MiB at the end, {slope:+.2f} MiB an "
          f"hour; may grow by {options.growth:g} MiB\n"
          f"  descriptors: {files} before, {load.server.files()} after\n"
          f"  failures of clients that did no wrong: {len(load.failures)}")
    for failure in load.failures[:5]:
        print(f"    {failure}")
    return end - start <= options.growth and load.server.files() <= files and not load.failures


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
