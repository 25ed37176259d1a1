"""The library `tornado`: `talk URL ORIGIN` or `serve`."""

import asyncio
import sys

from tornado import httpclient, httpserver, netutil, web, websocket


async def talk(url, origin):
    peer = await websocket.websocket_connect(url, compression_options={})
    for message in ("text", "grüß ✓", b"\x00\xff", "", b"", "x" * (1 << 20), bytes(1 << 20)):
        await peer.write_message(message, binary=isinstance(message, bytes))
        assert await peer.read_message() == message
    peer.close(3001, "bye")
    assert await peer.read_message() is None
    assert peer.close_code == 3001, peer.close_code
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
