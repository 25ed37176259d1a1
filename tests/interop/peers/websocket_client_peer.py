"""The library `websocket-client`: `talk URL ORIGIN`. It has no compression, and no server."""

import sys

import websocket
from websocket import ABNF

url, origin = sys.argv[2:]
peer = websocket.create_connection(url, timeout=10, subprotocols=["other", "chat"])
assert peer.getsubprotocol() == "chat", peer.getsubprotocol()
for opcode, message in ((ABNF.OPCODE_TEXT, "grüß ✓".encode()), (ABNF.OPCODE_BINARY, b"\x00\xff"),
                        (ABNF.OPCODE_TEXT, b""), (ABNF.OPCODE_BINARY, b""),
                        (ABNF.OPCODE_BINARY, bytes(1 << 20))):
    peer.send(message.decode() if opcode == ABNF.OPCODE_TEXT else message, opcode)
    assert peer.recv_data() == (opcode, message)
peer.send_frame(ABNF.create_frame("in ", ABNF.OPCODE_TEXT, 0))
peer.ping("between")
peer.send_frame(ABNF.create_frame("pieces", ABNF.OPCODE_CONT, 1))
assert peer.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"between")
assert peer.recv() == "in pieces"
peer.send_close(3001, b"bye")
opcode, payload = peer.recv_data(control_frame=True)
assert (opcode, payload[:2]) == (ABNF.OPCODE_CLOSE, (3001).to_bytes(2, "big")), payload
try:
    websocket.create_connection(url, origin=origin)
except websocket.WebSocketBadStatusException as refused:
    assert refused.status_code == 403, refused
else:
    raise AssertionError("a foreign origin was let in")
