// The library `ws`: `talk URL ORIGIN` or `serve [CERTIFICATE KEY]`, then over TLS.
const assert = require('assert');
const {once} = require('events');
const fs = require('fs');
const http = require('http');
const https = require('https');
const {WebSocket, WebSocketServer} = require('ws');

async function talk(url, origin) {
  const peer = new WebSocket(url, ['other', 'chat']);
  await once(peer, 'open');
  assert.strictEqual(peer.protocol, 'chat');
  assert.match(peer.extensions, /^permessage-deflate/);
  const big = 'grüß '.repeat(200000);
  for (const message of ['text', 'grüß ✓', '', big, Buffer.from([0, 255]), Buffer.alloc(0),
                         Buffer.alloc(1 << 20)]) {
    peer.send(message);
    const [data, isBinary] = await once(peer, 'message');
    assert.strictEqual(isBinary, Buffer.isBuffer(message));
    assert(data.equals(Buffer.from(message)));
  }
  peer.send('in ', {fin: false});
  peer.send('pieces', {fin: true});
  assert.strictEqual((await once(peer, 'message'))[0].toString(), 'in pieces');
  peer.ping('ping');
  assert.strictEqual((await once(peer, 'pong'))[0].toString(), 'ping');
  peer.close(3001, 'bye');
  assert.strictEqual((await once(peer, 'close'))[0], 3001);
  const peers = Array.from({length: 100}, () => new WebSocket(url));
  await Promise.all(peers.map((each) => once(each, 'open')));
  const answers = peers.map((each) => once(each, 'message'));
  peers.forEach((each, number) => each.send(String(number)));
  for (let number = 0; number < peers.length; ++number) {
    assert.strictEqual((await answers[number])[0].toString(), String(number));
    peers[number].close();
  }
  const refused = new WebSocket(url, {origin});
  assert.match((await once(refused, 'error'))[0].message, /403/);
}

function serve(cert, key) {
  const below = cert ? https.createServer({cert: fs.readFileSync(cert), key: fs.readFileSync(key)})
                     : http.createServer();
  below.listen(0, '127.0.0.1');
  const server = new WebSocketServer({server: below, perMessageDeflate: true,
                                      handleProtocols: (offered) => offered.has('chat') && 'chat'});
  server.on('connection', (peer) => peer.on('message', (data, binary) => {
    if (data.toString() === 'close\n') return peer.close(3002, 'enough');
    peer.send(data, {binary});
  }));
}

if (process.argv[2] === 'talk') talk(...process.argv.slice(3));
else serve(...process.argv.slice(3));
