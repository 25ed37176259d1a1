# The report service over WebSocket: tells each client what it sent and from where.
import asyncio
import websockets
from arguments import address, print

async def report(client, path):
    addr = client.remote_address
    print(f"[CONNECTION] Connected to {addr}")
    async for message in client:
        await client.send(f"[CONNECTION] Received {message!r} from {addr}")
    print(f"[CONNECTION] Disconnected from {addr}")

loop = asyncio.get_event_loop_policy().new_event_loop()
loop.run_until_complete(websockets.serve(report, *address("127.0.0.1", 9797), loop=loop))
loop.run_forever()
