// The WebSocket echo server on ws, the usual package on Node. usage: node node_ws.js PORT
const {WebSocketServer} = require('ws');

const options = {port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096};
const server = new WebSocketServer({...options, perMessageDeflate: false});
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, {binary: isBinary}));
  socket.on('error', () => socket.terminate());
});
