# Shows the first chunk of each connection, a coroutine for each.
import asyncio
from arguments import address


async def handle_client(reader, writer):
    print("Received:", (await reader.read(100)).decode())
    writer.close()


async def main():
    server = await asyncio.start_server(handle_client, *address("localhost", 65432))
    await server.serve_forever()


asyncio.run(main())
