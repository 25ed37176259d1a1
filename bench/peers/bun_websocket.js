// The WebSocket echo server on Bun's own. usage: bun bun_websocket.js PORT
Bun.serve({
  port: Number(process.argv[2]),
  hostname: '127.0.0.1',
  fetch(request, server) {
    if (server.upgrade(request)) return;
    return new Response('a WebSocket is wanted', {status: 426});
  },
  websocket: {
    perMessageDeflate: false,
    message(socket, data) {
      socket.send(data);
    },
  },
});
