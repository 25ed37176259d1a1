// Sending, closing and time; receiving is in websocket_receive.cpp.
#include "bowline/proto/websocket.h"

#include "bowline/proto/websocket_rare.h"

#include <algorithm>

namespace bowline {
namespace {

constexpr std::size_t close_reason_size_max = WebSocketFrameHeader::control_size_max - 2;

std::string duration_text(Duration duration) {
  auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + " s";
  return std::to_string(milliseconds) + " ms";
}

}  // namespace

WebSocketProtocol::WebSocketProtocol(const WebSocketOptions& options, Time now, bool client)
    : options_(&options), mark_(now), client_(client) {}
WebSocketProtocol::WebSocketProtocol(WebSocketProtocol&&) noexcept = default;
WebSocketProtocol& WebSocketProtocol::operator=(WebSocketProtocol&&) noexcept = default;
WebSocketProtocol::~WebSocketProtocol() = default;

WebSocketProtocol WebSocketProtocol::server(const WebSocketOptions& options, Time now,
                                            const DeflateParameters* deflate) {
  WebSocketProtocol protocol(options, now, false);
  if (deflate) protocol.agree(*deflate);
  return protocol;
}

WebSocketProtocol WebSocketProtocol::client(const WebSocketOptions& options, Time now,
                                            MaskSeed seed, const DeflateParameters* deflate) {
  WebSocketProtocol protocol(options, now, true);
  protocol.rare().mask_keys = MaskKeys(seed);
  if (deflate) protocol.agree(*deflate);
  return protocol;
}

void WebSocketProtocol::agree(const DeflateParameters& deflate) {
  int server_bits = deflate.server_window_bits;
  int client_bits = deflate.client_window_bits;
  bool server_takeover = !deflate.server_no_takeover;
  bool client_takeover = !deflate.client_no_takeover;
  MessageDeflater deflater(client_ ? client_bits : server_bits,
                           client_ ? client_takeover : server_takeover, options_->compression_level,
                           options_->compression_memory_level);
  MessageInflater inflater(client_ ? server_bits : client_bits,
                           client_ ? server_takeover : client_takeover);
  rare().compression.reset(new Rare::Compression{std::move(deflater), std::move(inflater)});
  compresses_ = true;
}

WebSocketProtocol::Rare& WebSocketProtocol::rare() {
  if (!rare_) rare_ = std::make_unique<Rare>();
  return *rare_;
}

MutableBytes WebSocketProtocol::frame_in_place(WebSocketKind kind, Bytes message) {
  bool compressed = compresses_ && message.size() >= options_->compressed_size_min;
  if (client_ || compressed || state_ != State::open || !output_.empty()) return {};
  WebSocketFrameHeader header{.opcode = static_cast<WebSocketOpcode>(kind),
                              .payload_size = message.size()};
  std::array<std::byte, WebSocketFrameHeader::size_max> head;
  std::size_t size = write_frame_header(head.data(), header);
  // The client's was masked, so it was four bytes longer at least.
  std::byte* frame = const_cast<std::byte*>(message.data()) - size;
  std::memcpy(frame, head.data(), size);
  return {frame, size + message.size()};
}

void WebSocketProtocol::append_long(WebSocketOpcode opcode, Bytes payload) {
  WebSocketFrameHeader header{.masked = client_, .opcode = opcode, .payload_size = payload.size()};
  if (client_) header.key = rare_->mask_keys.next();
  output_.reserve(WebSocketFrameHeader::size_max + payload.size());
  std::size_t start = output_.size();
  std::size_t size = write_frame_header(output_.data() + start, header);
  std::byte* to = output_.extend(size + payload.size()) + size;
  // A server's too, with a key of zeros: memcpy is 25 times slower on AMD's Zen 4 when it writes a
  // few bytes past, modulo a page, where it reads, as it would here.
  apply_mask(to, payload.data(), payload.size(), header.key);
}

// The size of what a message becomes is not known before, so it is made behind room for the
// longest header and moved up to the one it gets.
void WebSocketProtocol::append_compressed(WebSocketOpcode opcode, Bytes message) {
  std::size_t start = output_.size();
  output_.extend(WebSocketFrameHeader::size_max);
  MessageDeflater& deflater = rare_->compression->deflater;
  rare_->compression->has_sent = true;
  deflater.compress(message, output_);
  std::size_t size = output_.size() - start - WebSocketFrameHeader::size_max;
  if (size >= message.size() && !deflater.has_takeover()) {
    output_.shrink(start);
    return append_frame(opcode, message);
  }
  WebSocketFrameHeader header{
      .masked = client_, .reserved = 4, .opcode = opcode, .payload_size = size};
  if (client_) header.key = rare_->mask_keys.next();
  std::byte* at = output_.data() + start;
  std::byte* payload = at + write_frame_header(at, header);
  std::memmove(payload, at + WebSocketFrameHeader::size_max, size);
  if (client_) apply_mask(payload, payload, size, header.key);
  output_.shrink(static_cast<std::size_t>(payload - output_.data()) + size);
}

bool WebSocketProtocol::send_control(WebSocketOpcode opcode, Bytes payload) {
  BOWLINE_CHECK(payload.size() <= WebSocketFrameHeader::control_size_max);
  if (state_ != State::open) return false;
  append_frame(opcode, payload);
  return true;
}

bool WebSocketProtocol::ping(Bytes bytes) {
  return send_control(WebSocketOpcode::ping, bytes);
}

bool WebSocketProtocol::pong(Bytes bytes) {
  return send_control(WebSocketOpcode::pong, bytes);
}

void WebSocketProtocol::append_close(unsigned code, std::string_view reason) {
  if (code == websocket_no_code) return append_frame(WebSocketOpcode::close, {});
  std::array<std::byte, WebSocketFrameHeader::control_size_max> payload;
  payload[0] = static_cast<std::byte>(code >> 8);
  payload[1] = static_cast<std::byte>(code);
  bool valid = true;
  std::size_t size = whole_utf8(reason.substr(0, close_reason_size_max), valid);
  reason.copy(reinterpret_cast<char*>(payload.data()) + 2, size);
  append_frame(WebSocketOpcode::close, {payload.data(), 2 + size});
}

void WebSocketProtocol::close(unsigned code, std::string_view reason, Time now) {
  BOWLINE_CHECK(is_close_code(code) || code == websocket_no_code);
  if (state_ != State::open) return;
  append_close(code, reason);
  state_ = State::closing;
  mark_ = now;
}

void WebSocketProtocol::fail(unsigned code, std::string_view reason) {
  BOWLINE_CHECK(is_close_code(code));
  if (state_ != State::over) end(code, reason, false);
}

// The one way in which everything ends. A close frame goes out unless one did before, or the other
// side's stream is at its end.
void WebSocketProtocol::end(unsigned code, std::string_view reason, bool clean) {
  if (state_ == State::open && is_close_code(code)) append_close(code, reason);
  state_ = State::over;
  compresses_ = false;
  input_size_ = 0;
  busy_ |= closed;
  Rare& how = rare();
  how.clean = clean;
  how.code = static_cast<std::uint16_t>(code);
  how.reason = reason;
  how.compression.reset();
  how.message.release();
}

bool WebSocketProtocol::has_idle_memory() const {
  if (busy_ & partial) return false;
  return rare_->compression->deflater.can_rest() || rare_->compression->inflater.can_rest();
}

Time WebSocketProtocol::next_deadline() const {
  if (state_ == State::over) return never;
  if (state_ == State::closing) return later(mark_, options_->close_timeout);
  Time due = later(mark_, awaits_pong_ ? options_->pong_timeout : options_->ping_interval);
  return holds_idle_memory() ? std::min(due, rest_time()) : due;
}

Time WebSocketProtocol::rest_time() const {
  return later(std::max(mark_, rare_->compression->seen), options_->compression_idle_time);
}

// Sending tells no time: what was sent since the last look counts as sent now.
void WebSocketProtocol::rest_idle_memory(Time now) {
  if (!holds_idle_memory() || now < rest_time()) return;
  Rare::Compression& compression = *rare_->compression;
  compression.seen = now;
  if (std::exchange(compression.has_sent, false)) return;
  compression.deflater.rest();
  compression.inflater.rest();
}

void WebSocketProtocol::on_time(Time now) {
  if (now < next_deadline() || state_ == State::over) return;
  if (state_ == State::closing) {
    return end(websocket_unclean,
               "the close was not answered for " + duration_text(options_->close_timeout), false);
  }
  rest_idle_memory(now);
  if (awaits_pong_ && now >= later(mark_, options_->pong_timeout)) {
    end(websocket_internal_error, "no pong for " + duration_text(options_->pong_timeout), false);
  } else if (!awaits_pong_ && now >= later(mark_, options_->ping_interval)) {
    ping();
    awaits_pong_ = true;
    mark_ = now;
  }
}

}  // namespace bowline
