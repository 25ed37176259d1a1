#include "bowline/session/websocket.h"

namespace bowline {
namespace {

constexpr char page[] = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>bowline</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 40rem;
         margin: 2rem auto; padding: 0 1rem }
  #log { min-height: 12rem; border: 1px solid #8884; border-radius: 6px; padding: .5rem .8rem;
         white-space: pre-wrap; overflow-wrap: anywhere }
  .sent { color: #06c } .note { color: #777 }
  form { display: flex; gap: .5rem; margin-top: .8rem } input { flex: 1; font: inherit }
</style>
<h1>WebSocket</h1>
<div id="log" role="log"></div>
<form><input id="text" autocomplete="off" autofocus placeholder="a message" aria-label="message">
<button>Send</button></form>
<script>
  const log = (text, kind) => {
    const line = document.createElement('div');
    line.className = kind; line.textContent = text;
    document.getElementById('log').append(line);
  };
  const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => log('connected to ' + socket.url, 'note');
  socket.onmessage = ({data}) =>
    log(typeof data === 'string' ? data : data.byteLength + ' bytes', 'received');
  socket.onclose = ({code, reason}) => log('closed: ' + code + ' ' + reason, 'note');
  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    const text = document.getElementById('text');
    socket.send(text.value); log(text.value, 'sent'); text.value = '';
  };
</script>
)";

}  // namespace

HttpPage websocket_console(const HttpRequest& request) {
  if (request.path != "/") return {.status = 404, .body = "There is no such page.\n"};
  if (request.method != "GET" && request.method != "HEAD") {
    return {.status = 405, .body = "Only GET and HEAD are served here.\n"};
  }
  return {.type = "text/html; charset=utf-8", .body = page};
}

}  // namespace bowline
