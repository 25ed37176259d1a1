# Sends one message over WebSocket and shows the answer.
import asyncio
import websockets
from arguments import address, print

async def talk(host, port):
    async with websockets.connect(f"ws://{host}:{port}/path?query") as server:
        await server.send("Hello world!")
        print(f"Received {await server.recv()}")

asyncio.run(talk(*address("127.0.0.1", 9797)))
