"""The library `tornado`: `talk URL ORIGIN` or `serve`."""

import asyncio
import sys

from tornado import httpclient, httpserver, netutil, web, websocket


async def talk(url, origin):
    peer = await websocket.websocket_connect(url, compression_options={},
                                             subprotocols=["other", "chat"])
    assert peer.selected_subprotocol == "chat", peer.selected_subprotocol
    for message in ("text", "grüß ✓", b"\x00\xff", "", b"", "x" * (1 << 20), bytes(1 << 20)):
        await peer.write_message(message, binary=isinstance(message, bytes))
        assert await peer.read_message() == message
    peer.close(3001, "bye")
    assert await peer.read_message() is None
    assert peer.close_code == 3001, peer.close_code
    peers = [await websocket.websocket_connect(url) for _ in range(100)]
    for number, peer in enumerate(peers):
        await peer.write_message(str(number))
    for number, peer in enumerate(peers):
        assert await peer.read_message() == str(number)
        peer.close()
    try:
        await websocket.websocket_connect(
            httpclient.HTTPRequest(url, headers={"Origin": origin}))
    except httpclient.HTTPClientError as refused:
        assert refused.code == 403, refused
    else:
        raise AssertionError("a foreign origin was let in")


class Echo(websocket.WebSocketHandler):
    def get_compression_options(self):
        return {}

    def select_subprotocol(self, subprotocols):
        return "chat" if "chat" in subprotocols else None

    def on_message(self, message):
        if message in ("close\n", b"close\n"):
            self.close(3002, "enough")
        else:
            self.write_message(message, binary=isinstance(message, bytes))


async def serve():
    server = httpserver.HTTPServer(web.Application([("/", Echo)]))
    server.add_sockets(netutil.bind_sockets(0, "127.0.0.1"))
    await asyncio.Future()


asyncio.run(talk(*sys.argv[2:]) if sys.argv[1] == "talk" else serve())
