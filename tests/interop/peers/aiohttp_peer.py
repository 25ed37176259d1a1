"""The library `aiohttp`: `talk URL ORIGIN` or `serve`."""

import asyncio
import sys

import aiohttp
from aiohttp import web


async def talk(url, origin):
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, compress=15, protocols=("other", "chat")) as peer:
            assert peer.compress == 15, peer.compress
            assert peer.protocol == "chat", peer.protocol
            for text in ("text", "grüß ✓", "", "x" * (1 << 20)):
                await peer.send_str(text)
                assert await peer.receive_str() == text
            for binary in (b"\x00\xff", b"", bytes(1 << 20)):
                await peer.send_bytes(binary)
                assert await peer.receive_bytes() == binary
            await peer.ping(b"ping")
            await peer.close(code=3001, message=b"bye")
            assert peer.close_code == 3001, peer.close_code
        peers = [await session.ws_connect(url) for _ in range(100)]
        for number, peer in enumerate(peers):
            await peer.send_str(str(number))
        for number, peer in enumerate(peers):
            assert await peer.receive_str() == str(number)
        await asyncio.gather(*(peer.close() for peer in peers))
        try:
            await session.ws_connect(url, origin=origin)
        except aiohttp.WSServerHandshakeError as refused:
            assert refused.status == 403, refused
        else:
            raise AssertionError("a foreign origin was let in")


async def echo(request):
    peer = web.WebSocketResponse(max_msg_size=0, protocols=("chat",))
    await peer.prepare(request)
    async for message in peer:
        if message.data in ("close\n", b"close\n"):
            await peer.close(code=3002, message=b"enough")
        elif message.type == aiohttp.WSMsgType.TEXT:
            await peer.send_str(message.data)
        elif message.type == aiohttp.WSMsgType.BINARY:
            await peer.send_bytes(message.data)
    return peer


async def serve():
    app = web.Application()
    app.add_routes([web.get("/", echo)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.Future()


asyncio.run(talk(*sys.argv[2:]) if sys.argv[1] == "talk" else serve())
