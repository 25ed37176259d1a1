"""Bytes that no library would send: WebSocket frames and TLS records, made by hand."""

import random
import ssl
import struct
import zlib

MASK = b"\x37\xfa\x21\x3d"
TEXT, BINARY, CLOSE, PING, CONTINUATION = 1, 2, 8, 9, 0
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
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20))
    return frame(BINARY, packed + packer.flush(zlib.Z_SYNC_FLUSH)[:-4], packed=True)


def frames(data):
    """Gives (opcode, payload) of the whole frames of a server in `data`."""
    while len(data) >= 2:
        size, head = data[1] & 0x7F, 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size, head = int.from_bytes(data[2:2 + wide], "big"), 2 + wide
        if len(data) < head + size:
            return
        yield data[0] & 0x0F, bytes(data[head:head + size])
        data = data[head + size:]


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


def reading(data):
    """Gives what a server's last bytes say, in short: its status, its close code, its alert."""
    if data.startswith(b"HTTP/1.1 101"):
        data = data.partition(b"\r\n\r\n")[2]
        for opcode, payload in frames(memoryview(data)):
            if opcode == CLOSE:
                return f"close {int.from_bytes(payload[:2], 'big')}"
        return ""
    if data.startswith(b"HTTP/1.1 "):
        return data[9:12].decode()
    if len(data) >= 7 and data[0] == TLS_ALERT:
        return f"alert {data[6]}"
    return ""
