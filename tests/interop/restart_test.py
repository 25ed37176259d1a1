"""`bowline serve` under a service manager, and restarted without a connection refused or lost."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

from harness import BIN, WAIT_MAX, runnable
from services_test import TCP, ServeTest
from wire import ask, connect, connect_url, receive_exactly

BACKENDS = ("epoll", "io_uring")

# Becomes a program that is given sockets as systemd gives them: KINDS NAMES PROGRAM ARGUMENTS,
# where "{0}" in an argument is the port of the first.
ACTIVATE = """
import fcntl, os, socket, sys
kinds, names, *program = sys.argv[1:]
sockets = []
for kind in kinds.split(","):
    if kind == "tcp":
        sockets.append(socket.create_server(("127.0.0.1", 0)))
    elif kind == "udp":
        sockets.append(socket.socket(type=socket.SOCK_DGRAM))
        sockets[-1].bind(("127.0.0.1", 0))
    else:
        sockets.append(socket.socket(socket.AF_UNIX))
        sockets[-1].bind(kind)
        sockets[-1].listen()
ports = [one.getsockname()[1] if one.family == socket.AF_INET else 0 for one in sockets]
above = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 100) for one in sockets]
for index, fd in enumerate(above):
    os.dup2(fd, 3 + index)
    os.close(fd)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=names)
os.execv(program[0], [word.format(*ports) for word in program])
"""

# A client that speaks so soon is not taken for silent by a server that drains: half a second is
# the rule.
SPEAKS_WITHIN = 0.25


class Manager:
    """A service manager's end of NOTIFY_SOCKET: gives what processes say, and who said it."""

    def __init__(self, folder):
        self.path = f"{folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.settimeout(WAIT_MAX)
        self._socket.bind(self.path)

    def hear(self):
        """Gives the next message as (process, its lines)."""
        data, notes, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(12))
        process, _, _ = struct.unpack("3i", notes[0][2][:12])
        return process, data.decode().splitlines()

    def hear_until(self, line):
        """Gives all messages up to the one that has `line`."""
        heard = [self.hear()]
        while line not in heard[-1][1]:
            heard.append(self.hear())
        return heard

    def close(self):
        self._socket.close()


class Clients:
    """Connects again and again, one message and its answer each; gives what went wrong."""

    def __init__(self, connect_one):
        self.served, self.failures, self._ending = 0, [], threading.Event()
        self._connect = connect_one
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._talk, daemon=True) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def wait_for_more(self, count=20):
        """Waits until so many more were served."""
        with self._changed:
            enough = self.served + count
            if not self._changed.wait_for(lambda: self.served >= enough, WAIT_MAX):
                raise AssertionError(f"clients are not served: {self.failures}")

    def end(self):
        """Ends them; gives the failures."""
        self._ending.set()
        for thread in self._threads:
            thread.join(WAIT_MAX)
        return self.failures

    def _talk(self):
        while not self._ending.is_set():
            began, spoke, failure = time.monotonic(), 0, ""
            try:
                with self._connect() as peer:
                    peer.sendall(b"hello")
                    spoke = time.monotonic()
                    answer = receive_exactly(peer, 5)
                    failure = "" if answer == b"hello" else f"answered with {answer}"
            except ConnectionRefusedError as error:
                failure, spoke = str(error), began
            except OSError as error:
                failure = str(error)
            with self._changed:
                self.served += not failure
                # One that this machine kept from speaking was rightly taken for silent. When it was
                # accepted only the server knows.
                late = (spoke or time.monotonic()) - began > SPEAKS_WITHIN
                if failure and not late:
                    self.failures.append(failure)
                self._changed.notify_all()


class SupervisedTest(ServeTest):
    """Starts servers that start others: none of them is left."""

    def folder(self):
        """Gives the path of a folder that goes."""
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        return holder.name

    def manager(self):
        """Gives a service manager."""
        manager = Manager(self.folder())
        self.addCleanup(manager.close)
        return manager

    def supervised(self, *arguments, program=None, **environment):
        """Starts `bowline` with `arguments` in an environment with these variables."""
        variables = [f"{name}={value}" for name, value in environment.items()]
        argv = [program] if program else runnable(BIN / "bowline")
        program = self._start(["/usr/bin/env", *variables, *argv], arguments)
        self.addCleanup(self.end_successors, program)
        return program

    def activated(self, kinds, names, *arguments):
        """Starts `bowline` with sockets that it is given; see ACTIVATE."""
        argv = [sys.executable, "-c", ACTIVATE, kinds, names, *runnable(BIN / "bowline")]
        program = self._start(argv, arguments)
        self.addCleanup(self.end_successors, program)
        return program

    def end_successors(self, program):
        """Kills what `program` started, as far as its output tells."""
        for line in program.stderr.so_far().splitlines():
            if line.startswith(b"restarting: process "):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(line.split()[2]), signal.SIGKILL)

    def listening(self, program, count=1):
        """Gives the next URLs that `program`, or one that follows it, listens at."""
        return [program.stderr.find(r"listening on (\S+)")[1] for _ in range(count)]

    def restart(self, program, process=None):
        """Restarts `process` (default: `program` itself); gives the new process."""
        os.kill(process or program.pid, signal.SIGUSR2)
        return int(program.stderr.find(r"process (\d+) has taken over")[1])

    def end(self, program, process):
        """Ends the last process of `program`, and checks that it went in order."""
        os.kill(process, signal.SIGTERM)
        self.assertTrue(program.stderr.rest()[-1].startswith("stopped: "))


class Activation(SupervisedTest):
    def test_sockets_that_were_given_are_used_for_the_urls_that_they_fit(self):
        path = f"{self.folder()}/echo"
        program = self.activated(f"tcp,{path},udp", "", "serve", "echo", "--listen",
                                 "udp://127.0.0.1:{2}", "--listen", f"unix:{path}", "--listen",
                                 "ws://localhost:{0}", "--listen", TCP)
        udp, unix, web, other = self.listening(program, 4)
        self.assertEqual(unix, f"unix:{path}")
        for url in (unix, other):
            with connect_url(url) as peer:
                self.assertEqual(ask(peer, b"hello", 5), b"hello")
        with connect(int(web.rpartition(":")[2])) as peer:
            self.assertEqual(ask(peer, b"GET / HTTP/1.0\r\n\r\n", 5), b"HTTP/")
        with socket.socket(type=socket.SOCK_DGRAM) as peer:
            peer.settimeout(WAIT_MAX)
            peer.connect(("127.0.0.1", int(udp.rpartition(":")[2])))
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        program.interrupt(signal.SIGTERM)
        self.assertEqual(program.exit_code(), 0)
        self.assertTrue(os.path.exists(path), "the file is its maker's")

    def test_a_name_finds_a_socket_whose_address_nobody_knows(self):
        program = self.activated("tcp,tcp", "tcp%3A//127.0.0.1%3A0:other", "serve", "echo",
                                 "--listen", TCP, "--listen", "127.0.0.1:{1}")
        first, second = self.listening(program, 2)
        self.assertNotEqual(first, second)
        for url in (first, second):
            with connect_url(url) as peer:
                self.assertEqual(ask(peer, b"hello", 5), b"hello")

    def test_a_socket_that_nobody_asks_for_is_closed_and_told(self):
        program = self.activated("tcp", "old.socket", "serve", "echo", "--listen", TCP)
        port = int(program.stderr.find(r"closed tcp://127.0.0.1:(\d+), which was inherited")[1])
        self.listening(program)
        with self.assertRaises(ConnectionRefusedError):
            connect(port)

    def test_what_is_no_number_of_sockets_is_an_error(self):
        script = 'export LISTEN_PID=$$ LISTEN_FDS=lots; exec "$@"'
        argv = ["/bin/sh", "-c", script, "sh", *runnable(BIN / "bowline")]
        program = self._start(argv, ("serve", "echo", "--listen", TCP))
        self.assertEqual(program.exit_code(), 1)
        self.assertRegex(program.stderr.rest()[0], "error: take the sockets of LISTEN_FDS: .*")


class Notification(SupervisedTest):
    def test_a_service_manager_hears_how_it_is(self):
        manager = self.manager()
        program = self.supervised("serve", "echo", "--listen", TCP, NOTIFY_SOCKET=manager.path)
        process, lines = manager.hear()
        (url,) = self.listening(program)
        self.assertEqual((process, lines), (program.pid, ["READY=1", f"STATUS=Listening on {url}"]))
        program.interrupt(signal.SIGTERM)
        self.assertIn("STOPPING=1", manager.hear()[1])
        self.assertEqual(program.exit_code(), 0)

    def test_the_watchdog_is_fed(self):
        manager = self.manager()
        self.supervised("serve", "echo", "--listen", TCP, "--threads", 3,
                        NOTIFY_SOCKET=manager.path, WATCHDOG_USEC=10000)
        manager.hear_until("READY=1")
        for _ in range(3):
            self.assertEqual(manager.hear()[1], ["WATCHDOG=1"])

    def test_loading_anew_is_told(self):
        manager = self.manager()
        upstreams = pathlib.Path(self.folder()) / "upstreams"
        upstreams.write_text("tcp://127.0.0.1:9\n", encoding="ascii")
        program = self.supervised("relay", "--listen", TCP, "--to-file", upstreams,
                                  NOTIFY_SOCKET=manager.path)
        manager.hear_until("READY=1")
        program.interrupt(signal.SIGHUP)
        self.assertEqual(manager.hear()[1][0], "RELOADING=1")
        self.assertEqual(manager.hear()[1], ["READY=1"])


class HotRestart(SupervisedTest):
    def test_no_client_is_refused_or_left_without_an_answer(self):
        for backend in BACKENDS:
            with self.subTest(backend):
                program = self.supervised("serve", "echo", "--listen", TCP, "--backend", backend)
                (url,) = self.listening(program)
                clients = Clients(lambda url=url: connect_url(url))
                clients.wait_for_more()
                first = self.restart(program)
                clients.wait_for_more()
                second = self.restart(program, first)
                self.assertEqual(program.exit_code(), 0)
                clients.wait_for_more()
                self.assertEqual(clients.end(), [])
                self.end(program, second)

    def test_every_place_stays_what_it_was(self):
        path = f"{self.folder()}/echo"
        places = (TCP, TCP, "udp://127.0.0.1:0", f"unix:{path}")
        listens = [word for place in places for word in ("--listen", place)]
        program = self.supervised("serve", "echo", *listens)
        before = self.listening(program, len(places))
        os.kill(program.pid, signal.SIGUSR2)
        self.assertEqual(self.listening(program, len(places)), before)
        process = int(program.stderr.find(r"process (\d+) has taken over")[1])
        self.assertEqual(program.exit_code(), 0)
        for url in (*before[:2], before[3]):
            with connect_url(url) as peer:
                self.assertEqual(ask(peer, b"hello", 5), b"hello")
        with socket.socket(type=socket.SOCK_DGRAM) as peer:
            peer.settimeout(WAIT_MAX)
            peer.connect(("127.0.0.1", int(before[2].rpartition(":")[2])))
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        self.end(program, process)
        self.assertFalse(os.path.exists(path), "the file went with the last process")

    def test_the_admin_address_goes_over_as_well(self):
        for admin in ("http://127.0.0.1:0", f"unix:{self.folder()}/admin"):
            with self.subTest(admin):
                program = self.supervised("serve", "echo", "--listen", TCP, "--admin", admin)
                place = program.stderr.find(r"listening on (\S+) \(admin\)")[1]
                process = self.restart(program)
                self.assertEqual(program.exit_code(), 0)
                self.assertEqual(self.command("sockets", "--server", place).exit_code(), 0)
                self.end(program, process)

    def test_a_file_that_another_made_is_never_removed(self):
        path = f"{self.folder()}/echo"
        program = self.activated(path, "echo.socket", "serve", "echo", "--listen", f"unix:{path}")
        self.listening(program)
        self.end(program, self.restart(program))
        self.assertTrue(os.path.exists(path))

    def test_the_service_manager_hears_who_serves_now(self):
        manager = self.manager()
        program = self.supervised("serve", "echo", "--listen", TCP, NOTIFY_SOCKET=manager.path,
                                  WATCHDOG_USEC=20_000_000, WATCHDOG_PID="")
        self.listening(program)
        new = self.restart(program)
        heard = manager.hear_until(f"MAINPID={new}")
        self.assertEqual({process for process, _ in heard}, {program.pid})
        self.assertEqual(program.exit_code(), 0)
        heard = manager.hear_until("READY=1") + [manager.hear()]
        self.assertEqual({process for process, _ in heard}, {new})
        self.assertEqual(heard[-1][1], ["WATCHDOG=1"])
        os.kill(new, signal.SIGTERM)
        self.assertEqual(manager.hear_until("STOPPING=1")[-1][0], new)

    def test_a_relay_does_it_as_well(self):
        server, port = self.serve_tcp("echo")
        program = self.supervised("relay", "--listen", TCP, "--to", f"127.0.0.1:{port}")
        (url,) = self.listening(program)
        process = self.restart(program)
        self.assertEqual(program.exit_code(), 0)
        with connect_url(url) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")
        self.end(program, process)
        server.interrupt(signal.SIGTERM)


class Failing(SupervisedTest):
    """The program's file is replaced while it runs, as by an update."""

    def start(self, *options):
        """Starts a copy of `bowline`; gives (program, the copy's path, its URL)."""
        path = pathlib.Path(self.folder()) / "bowline"
        shutil.copy(BIN / "bowline", path)
        program = self.supervised("serve", "echo", "--listen", TCP, *options, program=str(path))
        (url,) = self.listening(program)
        return program, path, url

    def replace(self, path, text):
        """Puts a shell script in the place of the program."""
        new = path.with_name("new")
        new.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        new.chmod(0o755)
        new.replace(path)

    def check_it_serves(self, url):
        """Fails unless a new client is served."""
        with connect_url(url) as peer:
            self.assertEqual(ask(peer, b"hello", 5), b"hello")

    def test_a_new_program_that_fails_changes_nothing(self):
        program, path, url = self.start()
        self.replace(path, "exit 7")
        program.interrupt(signal.SIGUSR2)
        program.stderr.find(r"this process goes on: process \d+ was to take over: it exited with "
                            r"status 7")
        self.check_it_serves(url)
        path.unlink()
        program.interrupt(signal.SIGUSR2)
        program.stderr.find(f"this process goes on: start {path}: no such file")
        self.check_it_serves(url)
        shutil.copy(BIN / "bowline", path)
        process = self.restart(program)
        self.assertEqual(program.exit_code(), 0)
        self.check_it_serves(url)
        self.end(program, process)

    def test_one_that_takes_too_long_is_ended(self):
        program, path, url = self.start("--restart-timeout", "200ms")
        self.replace(path, "exec sleep 1000")
        program.interrupt(signal.SIGUSR2)
        process = program.stderr.find(r"restarting: process (\d+) starts")[1]
        program.stderr.find(f"this process goes on: process {process} was not ready in time")
        self.assertFalse(os.path.exists(f"/proc/{process}"))
        self.check_it_serves(url)

    def test_there_is_one_at_a_time_and_it_ends_with_who_started_it(self):
        program, path, url = self.start("--restart-timeout", "1h")
        self.replace(path, "exec sleep 1000")
        program.interrupt(signal.SIGUSR2)
        process = program.stderr.find(r"restarting: process (\d+) starts")[1]
        program.interrupt(signal.SIGUSR2)
        program.stderr.find(f"restart refused: process {process} is starting already")
        self.check_it_serves(url)
        program.interrupt(signal.SIGTERM)
        self.assertEqual(program.exit_code(), 0)
        self.assertFalse(os.path.exists(f"/proc/{process}"))


if __name__ == "__main__":
    unittest.main()
