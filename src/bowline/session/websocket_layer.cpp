#include "bowline/session/websocket_layer.h"

#include "bowline/proto/utf8.h"

#include <fmt/format.h>

#include <cerrno>

namespace bowline {

namespace {

using Kind = WebSocketEvent::Kind;

// How long to wait with pings while nobody reads: the answer would go unread as well.
constexpr Duration unread_pause = std::chrono::seconds(1);

// A message of this size that goes back as it came is not copied.
constexpr std::size_t in_place_size_min = 2048;

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

void WebSocketLayer::end_input(std::string_view why) {
  if (!protocol_.is_open()) return;
  going_away_ = true;
  note().close_code = websocket_going_away;
  note().close_reason = why;
  if (reader_waits()) go_away();
}

void WebSocketLayer::go_away() {
  begin_close(details_->close_code, details_->close_reason);
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

// Looks for the next message, or the end.
void WebSocketLayer::take_next() {
  do {
    next_ = protocol_.next_event();
  } while (next_.kind == Kind::ping || next_.kind == Kind::pong);
  if (!next_) let_input_go();
}

// Only the end is waited for.
bool WebSocketLayer::drop(Op& op) {
  do {
    next_ = protocol_.next_event();
  } while (next_);
  let_input_go();
  op.result = 0;
  bool over = protocol_.is_over() && !(lingering() && std::exchange(end_told_, true));
  return over || below_ended_;
}

bool WebSocketLayer::read(Op& op) {
  if (lingering() || (going_away_ && !protocol_.is_open())) return drop(op);
  for (;;) {
    if (!next_) take_next();
    if (!next_) break;
    if (!next_.is_message()) {
      note_close(op, next_);
      next_ = {};
      return true;
    }
    bool counts = op.empty_counts || !next_.bytes.empty();
    Chunk chunk = take_message(op.message);
    if (!counts) continue;
    op.result = static_cast<int>(chunk.size());
    if (chunk.empty()) return true;
    auto [pool, memory] = chunk.release();
    op.received(*pool, memory);
    return true;
  }
  if (going_away_) go_away();
  op.result = 0;
  return protocol_.is_over();
}

bool WebSocketLayer::has_message() {
  if (!next_ && input_) take_next();
  return next_.is_message();
}

Chunk WebSocketLayer::take_message(MessageKind& kind) {
  last_kind_ = kind = next_.kind == Kind::text ? MessageKind::text : MessageKind::binary;
  return chunk_of(std::exchange(next_, {}));
}

Chunk WebSocketLayer::chunk_of(const WebSocketEvent& event) {
  if (event.bytes.empty()) return {};
  if (!input_ || !input_->has(event.bytes.data())) return Chunk::copy(event.bytes);
  input_->hold();
  input_->note_given(event.bytes.data());
  return Chunk(*input_, const_cast<std::byte*>(event.bytes.data()), event.bytes.size());
}

bool WebSocketLayer::put_message(Bytes bytes, MessageKind kind) {
  if (kind == MessageKind::none || !can_write()) return false;
  auto opcode = kind == MessageKind::text ? WebSocketKind::text : WebSocketKind::binary;
  if (bytes.size() >= in_place_size_min && input_ && input_->given() == bytes.data()) {
    // It is what came, in a frame whose head was larger than that of the answer will be.
    MutableBytes frame = protocol_.frame_in_place(opcode, bytes);
    if (!frame.empty()) {
      flush_in_place(frame, *input_);
      return can_write() || flushing();
    }
  }
  if (protocol_.output().size() + bytes.size() > held_size_max) return false;
  lend_spare();
  return protocol_.send(opcode, bytes) && hold_or_flush();
}

void WebSocketLayer::let_input_go() {
  if (input_) std::exchange(input_, nullptr)->give_back(nullptr);
}

void WebSocketLayer::note_close(Op& op, const WebSocketEvent& event) {
  op.message = MessageKind::none;
  op.result = 0;
  if (event.clean && event.code == websocket_normal && event.bytes.empty()) return;
  note().close_code = event.code;
  note().close_reason = event.text();
  if (event.clean) return;
  op.result = event.code == websocket_unclean ? -ECONNRESET : -EPROTO;
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
