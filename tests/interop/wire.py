"""The test's own peers: plain Python sockets that cut, reset and half-close as real ones do."""

import contextlib
import socket
import struct
import threading
import time
import urllib.parse

from harness import POLL_PERIOD, WAIT_MAX, listeners

MIB = 1 << 20
# Every byte value, in an order that makes text escapes and quotes of both kinds meet.
ALL_BYTES = bytes(range(256)) + b"it's \"both\"" + bytes(range(255, -1, -1))


def connect(port, host="127.0.0.1"):
    """Gives a connected TCP socket that sends each piece at once and waits WAIT_MAX at most."""
    peer = socket.create_connection((host, port), timeout=WAIT_MAX)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def connect_url(url):
    """Gives a connected stream socket for tcp://HOST:PORT, unix:/PATH or unix:@NAME."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "tcp":
        return connect(parts.port, parts.hostname)
    path = url.removeprefix("unix:")
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(WAIT_MAX)
    # An abstract name begins with a zero byte (unix(7)).
    peer.connect("\0" + path[1:] if path.startswith("@") else path)
    return peer


def receive_exactly(peer, count):
    """Gives exactly `count` bytes, fewer only at end of stream."""
    data = bytearray()
    while len(data) < count and (chunk := peer.recv(min(count - len(data), 65536))):
        data += chunk
    return bytes(data)


def receive_to_end(peer):
    """Gives all bytes until end of stream."""
    data = bytearray()
    while chunk := peer.recv(65536):
        data += chunk
    return bytes(data)


def receive_until(peer, ending):
    """Gives all bytes up to and with `ending`; what comes behind it would be an error."""
    data = bytearray()
    while not data.endswith(ending) and (chunk := peer.recv(65536)):
        data += chunk
    return bytes(data)


def ask(peer, request, answer_size):
    """Sends one request and gives an answer of the known size."""
    peer.sendall(request)
    return receive_exactly(peer, answer_size)


def is_ended(peer):
    """True if the other side closes, or resets, without sending more."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def is_reset(port):
    """True if who connects is reset without a word, which may be before connect() comes back."""
    try:
        with connect(port) as peer:
            peer.recv(1)
    except ConnectionResetError:
        return True
    return False


def reset(peer):
    """Closes abruptly: the other side gets a reset instead of an end of stream."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def exchange(peer, message, piece_size=65536):
    """Sends `message` in pieces, half-closes, and meanwhile reads to the end; gives what came."""

    def send():
        for start in range(0, len(message), piece_size):
            peer.sendall(message[start:start + piece_size])
        peer.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    answer = receive_to_end(peer)
    sender.join(WAIT_MAX)
    return answer


@contextlib.contextmanager
def crowd(port, count, backlog=None):
    """Gives `count` connections to 127.0.0.1 that are all open at once; closes them at the end.

    Where the server's `backlog` is given it is never exceeded: the kernel would drop what is more
    and try again after seconds.
    """
    with contextlib.ExitStack() as stack:
        peers = []
        for number in range(count):
            while backlog and number % backlog == 0 and waiting(port) > 0:
                time.sleep(POLL_PERIOD)
            peers.append(stack.enter_context(connect(port)))
        yield peers


def waiting(port):
    """Gives how many connections to `port` the server has not accepted yet."""
    return sum(count for number, count, _ in listeners() if number == port)


@contextlib.contextmanager
def refusing():
    """Gives a port of 127.0.0.1 that refuses connections and that nobody else can take."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def serving(serve, listener=None, connections=1):
    """Runs `serve(peer)` for each of `connections` clients, one after another, in a thread.

    Gives the listener's port (or path). At the end it waits for the thread, and fails if `serve`
    failed or fewer clients came within WAIT_MAX.
    """
    listener = listener or socket.create_server(("127.0.0.1", 0))
    listener.settimeout(WAIT_MAX)
    failures = []

    def run():
        try:
            for _ in range(connections):
                peer, _ = listener.accept()
                peer.settimeout(WAIT_MAX)
                with peer:
                    serve(peer)
        except (OSError, AssertionError) as failure:
            failures.append(failure)

    with listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        name = listener.getsockname()
        yield name[1] if isinstance(name, tuple) else name
        thread.join(WAIT_MAX)
    if failures or thread.is_alive():
        raise AssertionError(f"the test's own server failed: {failures or 'it hangs'}")


def echo(peer):
    """Sends everything back until end of stream."""
    while chunk := peer.recv(65536):
        peer.sendall(chunk)


def echo_by_bytes(peer):
    """Sends everything back until end of stream, one byte at a time."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while chunk := peer.recv(65536):
        for value in chunk:
            peer.sendall(bytes([value]))
