// The WebSocket protocol after its handshake (RFC 6455, and RFC 7692 for compression) without I/O:
// bytes and time go in, messages come out, and what is to be written waits in the output. All
// broken rules end it with a close frame and a reason; however the bytes were cut, the result is
// the same.
#pragma once

#include "bowline/base/bytes_builder.h"
#include "bowline/base/check.h"
#include "bowline/base/time.h"
#include "bowline/proto/deflate_parameters.h"
#include "bowline/proto/websocket_frame.h"

#include <memory>
#include <string>
#include <string_view>

namespace bowline {

struct WebSocketOptions {
  // Of a message, all its frames together, and inflated: a longer one ends the connection (1009).
  // Below 1 GiB.
  std::size_t message_size_max = 16 << 20;
  // Frames that a message may consist of (1008). Each costs time, an empty one too.
  std::size_t fragment_count_max = 1 << 17;
  // A ping goes out when nothing has come for so long. `forever`: never.
  Duration ping_interval = std::chrono::seconds(20);
  // After that ping, something must come within this time (1011).
  Duration pong_timeout = std::chrono::seconds(20);
  // For the other side to answer our close frame.
  Duration close_timeout = std::chrono::seconds(10);
  // Pings are answered. Else the caller sees to it.
  bool auto_pong = true;

  // Where compression was agreed on: messages shorter than this are sent as they are.
  std::size_t compressed_size_min = 256;
  int compression_level = 6;         // 1 (fast) to 9 (small)
  int compression_memory_level = 8;  // 1 to 9, see deflate.h
  // Memory of compression that no later message needs goes when nothing has come for so long; after
  // sending, a second or two later.
  Duration compression_idle_time = std::chrono::seconds(1);
};

// Codes of RFC 6455 7.4 that bowline itself sends or reports. The last two never travel.
enum WebSocketCode : std::uint16_t {
  websocket_normal = 1000,
  websocket_going_away = 1001,
  websocket_protocol_error = 1002,
  websocket_bad_data = 1007,  // text that is not UTF-8
  websocket_policy = 1008,
  websocket_too_big = 1009,
  websocket_internal_error = 1011,
  websocket_try_again_later = 1013,
  websocket_no_code = 1005,  // the close frame had none
  websocket_unclean = 1006,  // it ended without one; the reason says how
};

// May `code` stand in a close frame?
constexpr bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

enum class WebSocketKind : std::uint8_t { text = 1, binary = 2 };

struct WebSocketEvent {
  // busy: nothing yet, but of what was received there is more to inflate: others may have a turn.
  enum class Kind : std::uint8_t { none, text, binary, ping, pong, closed, busy };

  Kind kind = Kind::none;
  bool clean = false;      // closed: by both sides, with close frames
  std::uint16_t code = 0;  // closed: the other side's; where `clean` is false, ours
  // A whole message, or what a ping or pong carries; closed: the reason, as text. Valid until the
  // next call of receive() or next_event().
  Bytes bytes;

  explicit operator bool() const { return kind != Kind::none; }
  bool is_message() const { return kind == Kind::text || kind == Kind::binary; }
  std::string_view text() const { return bytes.text(); }
};

class WebSocketProtocol {
 public:
  // `options` must outlive the protocol; one may serve any number of them. `deflate`: what the
  // handshake agreed on, or nullptr.
  static WebSocketProtocol server(const WebSocketOptions& options, Time now,
                                  const DeflateParameters* deflate = nullptr);
  // `seed` is a secret from the system's entropy, new for each connection (RFC 6455 10.3).
  static WebSocketProtocol client(const WebSocketOptions& options, Time now, MaskSeed seed,
                                  const DeflateParameters* deflate = nullptr);
  WebSocketProtocol(WebSocketProtocol&&) noexcept;
  WebSocketProtocol& operator=(WebSocketProtocol&&) noexcept;
  ~WebSocketProtocol();

  // Takes what came. The memory is lent, and written to, until next_event() has given none; before
  // that no more may be given.
  void receive(MutableBytes bytes, Time now);
  // The other side's stream has ended; what was received before still counts.
  void receive_end() { busy_ |= ended; }
  // The next thing that happened; none until more comes. `closed` is the last and comes once.
  WebSocketEvent next_event() { return is_idle() ? WebSocketEvent() : next_of_input(); }

  // The bytes of the message that an event just gave, where it came in parts and does not lie in
  // what was received: they are the caller's then.
  BytesBuilder take_message();

  // Puts a message into the output; false, and nothing is done, once closing has begun. Text must
  // be UTF-8. There is no limit here: look at output().size() before more is sent, or received,
  // than the other side takes.
  bool send(WebSocketKind kind, Bytes message);
  // The same without a copy, for a server that sends back the message that an event just gave, or
  // its front: the frame, head and all, where the message lies. Empty, and nothing is done, when
  // that can't be: closing has begun, it is to be compressed, or other output is to go first.
  MutableBytes frame_in_place(WebSocketKind kind, Bytes message);
  // `bytes`: at most 125, as in pong.
  bool ping(Bytes bytes = {});
  bool pong(Bytes bytes);
  // Begins to close; messages already on their way still come. `code` is one that may travel, or
  // websocket_no_code; a reason of more than 123 bytes is shortened. Later calls do nothing.
  void close(unsigned code, std::string_view reason, Time now);
  // Closes without waiting for an answer. The `closed` event still comes.
  void fail(unsigned code, std::string_view reason);

  // What is to be written, all in one piece: to be moved or cleared away. So that not each answer
  // has to get new memory, move the buffer that was written, cleared, back into it.
  const BytesBuilder& output() const { return output_; }
  BytesBuilder& output() { return output_; }

  // on_time() is due then; it may be later than was said before, and earlier once there is memory
  // that idle connections give back.
  Time next_deadline() const;
  void on_time(Time now);
  // Compression holds memory that goes after WebSocketOptions::compression_idle_time: on_time()
  // sees to it, or this alone.
  bool holds_idle_memory() const { return compresses_ && has_idle_memory(); }
  void rest_idle_memory(Time now);

  // Not all that was received has been looked at.
  bool has_input() const { return input_size_ > 0; }
  // Messages may be sent.
  // The options, which were lent, are used from `place` on from now on.
  void keep_options(WebSocketOptions& place) {
    if (options_ != &place) place = *options_;
    options_ = &place;
  }
  bool is_open() const { return state_ == State::open; }
  // Nothing more is received. Write the output, end the stream's own writing, and read until the
  // other side ends too, or for a while: closing at once could destroy the close frame.
  bool is_over() const { return state_ == State::over; }

 private:
  enum class State : std::uint8_t { open, closing, over };
  // Why next_event() can't take its short way, in bits.
  enum Busy : std::uint8_t {
    partial = 1,  // part of a header, frame or message has come
    holding = 2,  // the last event's bytes are in rare_
    ended = 4,    // the other side's stream has ended
    closed = 8,   // the `closed` event is due,
    told = 16,    // or was given
  };
  struct Rare;

  WebSocketProtocol(const WebSocketOptions& options, Time now, bool client);

  void append_frame(WebSocketOpcode opcode, Bytes payload);
  void append_long(WebSocketOpcode opcode, Bytes payload);
  void append_compressed(WebSocketOpcode opcode, Bytes message);
  void append_close(unsigned code, std::string_view reason);
  bool send_control(WebSocketOpcode opcode, Bytes payload);
  void end(unsigned code, std::string_view reason, bool clean);
  void agree(const DeflateParameters& deflate);
  bool has_idle_memory() const;
  Time rest_time() const;
  Rare& rare();

  bool is_idle() const { return input_size_ == 0 && busy_ == 0 && !rare_; }
  WebSocketEvent next_of_input();
  // Those that give a bool: false when nothing goes on, for want of input or at the end.
  WebSocketEvent next_event_of_any_kind();
  bool advance(WebSocketEvent& event);
  bool read_header(WebSocketFrameHeader& header);
  bool read_cut_header(WebSocketFrameHeader& header);
  bool is_allowed(const WebSocketFrameHeader& header);
  bool fits(const WebSocketFrameHeader& header);
  WebSocketEvent whole_frame(const WebSocketFrameHeader& header);
  void begin_frame(const WebSocketFrameHeader& header);
  bool take_slice(WebSocketEvent& event);
  bool grow_message(Bytes slice, bool last);
  bool finish_message(WebSocketEvent& event);
  MutableBytes take_input(std::uint64_t size_max);
  WebSocketEvent data_event(WebSocketOpcode opcode, Bytes payload, bool is_ascii);
  WebSocketEvent control_event(WebSocketOpcode opcode, Bytes payload);
  WebSocketEvent close_event(Bytes payload);
  WebSocketEvent closed_event();
  void settle();
  void let_go();
  void rest();
  bool refuse(unsigned code, std::string_view reason);

  std::byte* input_ = nullptr;
  std::size_t input_size_ = 0;
  BytesBuilder output_;
  const WebSocketOptions* options_;
  // What an idle server's connection does not need: see websocket_rare.h.
  std::unique_ptr<Rare> rare_;
  // When something came last; while a pong or the close is awaited, when that was asked for.
  Time mark_;
  State state_ = State::open;
  std::uint8_t busy_ = 0;
  bool client_;
  bool compresses_ = false;
  bool awaits_pong_ = false;
};

// The short way: what nearly all connections do nearly all the time, kept where it can be inlined.

inline void WebSocketProtocol::receive(MutableBytes bytes, Time now) {
  if (state_ == State::over) return;
  if (state_ == State::open) {
    mark_ = now;
    awaits_pong_ = false;
  }
  BOWLINE_CHECK(input_size_ == 0);
  input_ = bytes.data();
  input_size_ = bytes.size();
}

// A message of one short frame that lies whole in the input is unmasked and given where it lies.
inline WebSocketEvent WebSocketProtocol::next_of_input() {
  const std::size_t header_size = client_ ? 2 : 6;
  if (busy_ != 0 || input_size_ < header_size) return next_event_of_any_kind();
  auto first = std::to_integer<unsigned>(input_[0]);
  // Over 125 also when the mask bit is not as it should be.
  std::size_t size = std::to_integer<unsigned>(input_[1]) ^ (client_ ? 0u : 0x80u);
  bool is_data = first == 0x81 || first == 0x82;  // the last and only frame of a message
  if (!is_data || size > WebSocketFrameHeader::control_size_max ||
      input_size_ < header_size + size || size > options_->message_size_max) {
    return next_event_of_any_kind();
  }
  MaskKey key = 0;
  if (!client_) std::memcpy(&key, input_ + 2, 4);
  std::byte* payload = input_ + header_size;
  bool is_ascii = apply_mask(payload, payload, size, key);
  input_ += header_size + size;
  input_size_ -= header_size + size;
  if (first == 0x81 && !is_ascii) return data_event(WebSocketOpcode::text, {payload, size}, false);
  return {.kind = first == 0x81 ? WebSocketEvent::Kind::text : WebSocketEvent::Kind::binary,
          .bytes = {payload, size}};
}

inline void WebSocketProtocol::append_frame(WebSocketOpcode opcode, Bytes payload) {
  if (client_ || payload.size() > WebSocketFrameHeader::control_size_max) {
    return append_long(opcode, payload);
  }
  std::byte* at = output_.extend(2 + payload.size());
  at[0] = static_cast<std::byte>(0x80 | static_cast<unsigned>(opcode));
  at[1] = static_cast<std::byte>(payload.size());
  if (!payload.empty()) std::memcpy(at + 2, payload.data(), payload.size());
}

inline bool WebSocketProtocol::send(WebSocketKind kind, Bytes message) {
  if (state_ != State::open) return false;
  auto opcode = static_cast<WebSocketOpcode>(kind);
  if (compresses_ && message.size() >= options_->compressed_size_min) {
    append_compressed(opcode, message);
  } else {
    append_frame(opcode, message);
  }
  return true;
}

}  // namespace bowline
