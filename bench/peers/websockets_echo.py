"""The WebSocket echo server on websockets. usage: websockets_echo.py PORT"""

import asyncio
import sys

import websockets


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main(port):
    options = {"compression": None, "ping_interval": None, "backlog": 4096}
    async with websockets.serve(echo, "127.0.0.1", port, **options):
        await asyncio.get_running_loop().create_future()


asyncio.run(main(int(sys.argv[1])))
