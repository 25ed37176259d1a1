#include "bowline/session/websocket_layer.h"

#include "bowline/proto/utf8.h"

#include <fmt/format.h>

#include <cerrno>

namespace bowline {

namespace {

using Kind = WebSocketEvent::Kind;

// How long to wait with pings while nobody reads: the answer would go unread as well.
constexpr Duration unread_pause = std::chrono::seconds(1);

bool is_utf8(Bytes bytes) {
  Utf8Validator validator;
  return validator.accept(bytes) && validator.complete();
}

}  // namespace

WebSocketLayer::WebSocketLayer(Stream below, Scheduler& scheduler, WebSocketProtocol protocol,
                               std::unique_ptr<WebSocketDetails> details, Chunk rest)
    : Layer(below.release(), scheduler),
      protocol_(std::move(protocol)),
      details_(std::move(details)) {
  if (!rest.empty()) receive(std::move(rest));
  set_timer();
}

WebSocketLayer::~WebSocketLayer() {
  scheduler().clear(*this);
  let_input_go();
}

std::string WebSocketLayer::url() const {
  if (details_ && !details_->url.empty()) return details_->url;
  std::string url = below().url();
  if (url.starts_with("tcp://")) return "ws" + url.substr(3);
  return url.starts_with("tls://") ? "wss" + url.substr(3) : "ws+" + url;
}

std::string WebSocketLayer::advice(Attempted attempted, int error_number) const {
  bool ended = details_ && details_->close_code != 0;
  if (!ended) return Layer::advice(attempted, error_number);
  return fmt::format("closed with {}: {}", details_->close_code, details_->close_reason);
}

void WebSocketLayer::begin_close(unsigned code, std::string_view reason) {
  protocol_.close(code, reason, scheduler().now());
  set_timer();
  flush();
}

void WebSocketLayer::ping() {
  protocol_.ping();
  flush();
}

const WebSocketDetails& WebSocketLayer::details() {
  return note();
}

void WebSocketLayer::receive(Chunk chunk) {
  input_ = SharedChunk::make(std::move(chunk));
  protocol_.receive(input_->bytes(), scheduler().now());
}

void WebSocketLayer::receive_end() {
  below_ended_ = true;
  protocol_.receive_end();
}

// Only the end is waited for, by nobody but the layer itself.
bool WebSocketLayer::drop(Op& op) {
  while (WebSocketEvent event = protocol_.next_event()) closed_cleanly_ |= event.clean;
  let_input_go();
  op.result = 0;
  return !awaits_peer();
}

bool WebSocketLayer::read(Op& op) {
  if (lingering()) return drop(op);
  for (;;) {
    WebSocketEvent event = protocol_.next_event();
    switch (event.kind) {
      case Kind::text:
      case Kind::binary:
        last_kind_ = event.kind == Kind::text ? MessageKind::text : MessageKind::binary;
        if (event.bytes.empty() && !op.empty_counts) break;
        give(op, event);
        return true;
      case Kind::ping:
      case Kind::pong:
        break;
      case Kind::closed:
        note_close(op, event);
        return true;
      case Kind::none:
        let_input_go();
        op.result = 0;
        return protocol_.is_over();
    }
  }
}

void WebSocketLayer::give(Op& op, const WebSocketEvent& event) {
  op.message = last_kind_;
  op.result = static_cast<int>(event.bytes.size());
  if (event.bytes.empty()) return;
  if (input_ && input_->has(event.bytes.data())) {
    input_->hold();
    op.received(*input_, const_cast<std::byte*>(event.bytes.data()));
    return;
  }
  auto [pool, memory] = Chunk::copy(event.bytes).release();
  op.received(*pool, memory);
}

void WebSocketLayer::note_close(Op& op, const WebSocketEvent& event) {
  op.message = MessageKind::none;
  op.result = 0;
  closed_cleanly_ = event.clean;
  if (event.clean && event.code == websocket_normal && event.bytes.empty()) return;
  note().close_code = event.code;
  note().close_reason = event.text();
  if (event.clean) return;
  op.result = event.code == websocket_unclean ? -ECONNRESET : -EPROTO;
}

void WebSocketLayer::let_input_go() {
  if (input_) std::exchange(input_, nullptr)->give_back(nullptr);
}

bool WebSocketLayer::write(Op& op) {
  MessageKind kind = op.message == MessageKind::none ? last_kind_ : op.message;
  if (op.message == MessageKind::none && kind == MessageKind::text && !is_utf8(op.bytes())) {
    kind = MessageKind::binary;
  }
  auto opcode = kind == MessageKind::text ? WebSocketKind::text : WebSocketKind::binary;
  op.result = protocol_.send(opcode, op.bytes()) ? 0 : -EPIPE;
  op.sent(op.size);
  return true;
}

void WebSocketLayer::write_end() {
  protocol_.close(websocket_normal, {}, scheduler().now());
  set_timer();
}

void WebSocketLayer::set_timer() {
  scheduler().clear(*this);
  Time deadline = protocol_.next_deadline();
  if (deadline != never) scheduler().set(*this, deadline);
}

void WebSocketLayer::fire() {
  if (protocol_.is_open() && !reader_waits()) {
    scheduler().set(*this, later(scheduler().now(), unread_pause));
    return;
  }
  protocol_.on_time(scheduler().now());
  flush();
  if (protocol_.is_over()) {
    wake_reader();
  } else {
    set_timer();
  }
}

WebSocketDetails& WebSocketLayer::note() {
  if (!details_) details_ = std::make_unique<WebSocketDetails>();
  return *details_;
}

}  // namespace bowline
