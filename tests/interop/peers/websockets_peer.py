"""The library `websockets`: `talk URL ORIGIN` or `serve`."""

import asyncio
import sys

import websockets


async def talk(url, origin):
    async with websockets.connect(url, max_size=None, subprotocols=["other", "chat"]) as peer:
        assert peer.subprotocol == "chat", peer.subprotocol
        assert [each.name for each in peer.extensions] == ["permessage-deflate"], peer.extensions
        big = "grüß " * 200_000
        for message in ("text", "grüß ✓", b"\x00\xff", "", b"", big, bytes(1 << 20)):
            await peer.send(message)
            assert await peer.recv() == message, f"{len(message)} of {type(message)} came otherwise"
        await peer.send(["a message ", "in ", "", "pieces"])
        assert await peer.recv() == "a message in pieces"
        await asyncio.wait_for(await peer.ping(b"ping"), 5)
        await peer.close(3001, "bye")
        assert peer.close_code == 3001, peer.close_code
    peers = [await websockets.connect(url, compression=None) for _ in range(100)]
    for number, peer in enumerate(peers):
        await peer.send(str(number))
    for number, peer in enumerate(peers):
        assert await peer.recv() == str(number)
    await asyncio.gather(*(peer.close() for peer in peers))
    try:
        await websockets.connect(url, origin=origin)
    except websockets.InvalidStatusCode as refused:
        assert refused.status_code == 403, refused
    else:
        raise AssertionError("a foreign origin was let in")


async def echo(peer, path):
    async for message in peer:
        if message in ("close\n", b"close\n"):
            await peer.close(3002, "enough")
        await peer.send(message)


async def serve():
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None, subprotocols=["chat"]):
        await asyncio.Future()


asyncio.run(talk(*sys.argv[2:]) if sys.argv[1] == "talk" else serve())
