"""Bytes that no library would send: WebSocket frames and TLS records, made by hand."""

import random
import ssl
import struct
import zlib

MASK = b"\x37\xfa\x21\x3d"
CONTINUATION, BINARY, CLOSE, PING = 0, 2, 8, 9
TLS_ALERT = 21


def upgrade(host="127.0.0.1", deflate=False):
    """Gives the request that opens a WebSocket."""
    extra = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflate else ""
    return (f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{extra}"
            "\r\n").encode()


def frame(opcode, payload=b"", final=True, packed=False):
    """Gives a client's frame (RFC 6455 5.2)."""
    first = opcode | (0x80 if final else 0) | (0x40 if packed else 0)
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    mask = (MASK * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
    return head + MASK + masked.to_bytes(size, "big")


def fragments(count):
    """Gives a message of `count` frames with a byte each."""
    middle = frame(CONTINUATION, b"x", final=False)
    return frame(BINARY, b"x", final=False) + middle * (count - 2) + frame(CONTINUATION, b"x")


def bomb(size):
    """Gives a frame that unpacks to `size` zero bytes (RFC 7692)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return frame(BINARY, (block * (size >> 20))[:-4], packed=True)


def client_hello():
    """Gives the record a TLS client begins with."""
    sent = ssl.MemoryBIO()
    client = trusting().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return sent.read()


def trusting():
    """Gives the context of a TLS client that believes whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def garbage(size, seed=1):
    """Gives bytes that mean nothing."""
    return random.Random(seed).randbytes(size)


def reading(first, last):
    """Gives what a server's first and last bytes say, in short: a status, close code or alert."""
    if first.startswith(b"HTTP/1.1 101"):
        # A close frame comes last.
        for at in range(max(0, len(last) - 127), len(last) - 3):
            if last[at] == 0x80 | CLOSE and at + 2 + last[at + 1] == len(last):
                return f"close {int.from_bytes(last[at + 2:at + 4], 'big')}"
        return ""
    if first.startswith(b"HTTP/1.1 "):
        return first[9:12].decode()
    if len(first) >= 7 and first[0] == TLS_ALERT:
        return f"alert {first[6]}"
    return ""
