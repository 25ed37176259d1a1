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

// Looks for the next message; where there is none, nothing is left of the input, or it is busy.
bool WebSocketLayer::find_message() {
  for (;;) {
    WebSocketEvent event = protocol_.next_event();
    if (event.is_message()) {
      input_->found = {event.bytes, static_cast<MessageKind>(event.kind)};
      return true;
    }
    if (event.kind == Kind::busy) return false;
    if (event.kind == Kind::closed) note_close(event);
    if (event) continue;
    if (input_) let_input_go();
    return false;
  }
}

// Only the end is waited for.
bool WebSocketLayer::drop(Op& op) {
  while (find_message()) continue;
  op.result = 0;
  bool over = protocol_.is_over() && !(lingering() && end_told_);
  end_told_ |= over && lingering();
  return over || below_ended_;
}

bool WebSocketLayer::read(Op& op) {
  if (lingering() || (going_away_ && !protocol_.is_open())) return drop(op);
  while (input_ ? has_message() : find_message()) {
    Bytes message = take_found(op.message);
    op.result = static_cast<int>(message.size());
    if (message.empty()) {
      if (op.empty_counts) return true;
      continue;
    }
    auto [pool, memory] = chunk_of(message).release();
    op.received(*pool, memory);
    return true;
  }
  if (going_away_) go_away();
  op.message = MessageKind::none;
  op.result = std::exchange(end_result_, 0);
  return protocol_.is_over();
}

bool WebSocketLayer::has_message() {
  return input_ && (input_->found.kind != MessageKind::none || find_message());
}

Chunk WebSocketLayer::take_message(MessageKind& kind) {
  return chunk_of(take_found(kind));
}

Bytes WebSocketLayer::take_found(MessageKind& kind) {
  SharedChunk::Found& found = input_->found;
  last_kind_ = kind = std::exchange(found.kind, MessageKind::none);
  return found.bytes;
}

Chunk WebSocketLayer::chunk_of(Bytes message) {
  if (message.empty()) return {};
  if (!input_->has(message.data())) {
    input_->found.bytes = {};  // it lies elsewhere, and can't go back in place
    return Chunk::of(protocol_.take_message());
  }
  input_->hold();
  return Chunk(*input_, const_cast<std::byte*>(message.data()), message.size());
}

bool WebSocketLayer::put_message(Bytes bytes, MessageKind kind) {
  if (kind == MessageKind::none || !can_write()) return false;
  auto sent = static_cast<WebSocketKind>(kind);
  if (bytes.size() >= in_place_size_min && input_ && input_->found.bytes.data() == bytes.data()) {
    // It is what came, in a frame whose head was larger than that of the answer will be.
    MutableBytes frame = protocol_.frame_in_place(sent, bytes);
    if (!frame.empty()) {
      flush_in_place(frame, *input_);
      return can_write() || flushing();
    }
  }
  BytesBuilder& out = protocol_.output();
  if (out.size() + bytes.size() > held_size_max) return false;
  lend_spare(out);
  if (!protocol_.send(sent, bytes)) return false;
  see_to_memory();
  return hold_or_flush(out, protocol_.has_input());
}

void WebSocketLayer::let_input_go() {
  if (input_) std::exchange(input_, nullptr)->give_back(nullptr);
  see_to_memory();
}

void WebSocketLayer::note_close(const WebSocketEvent& event) {
  if (event.clean && event.code == websocket_normal && event.bytes.empty()) return;
  note().close_code = event.code;
  note().close_reason = event.text();
  if (event.clean) return;
  end_result_ = event.code == websocket_unclean ? -ECONNRESET : -EPROTO;
}

bool WebSocketLayer::write(Op& op) {
  MessageKind kind = op.message == MessageKind::none ? last_kind_ : op.message;
  if (op.message == MessageKind::none && kind == MessageKind::text && !is_utf8(op.bytes())) {
    kind = MessageKind::binary;
  }
  op.result = protocol_.send(static_cast<WebSocketKind>(kind), op.bytes()) ? 0 : -EPIPE;
  op.sent(op.size);
  see_to_memory();
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
  memory_timed_ = protocol_.holds_idle_memory();
}

// Compression has got memory, so the timer is due earlier than it was set for.
void WebSocketLayer::see_to_memory() {
  if (!memory_timed_ && protocol_.holds_idle_memory()) set_timer();
}

void WebSocketLayer::fire() {
  Time now = scheduler().now();
  if (protocol_.is_open() && !reader_waits()) {
    protocol_.rest_idle_memory(now);
    memory_timed_ = protocol_.holds_idle_memory();
    scheduler().set(*this, later(now, unread_pause));
    return;
  }
  protocol_.on_time(now);
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
