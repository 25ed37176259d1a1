// Receiving: headers, frames and messages in any number of pieces.
#include "bowline/proto/websocket_rare.h"

#include <algorithm>

namespace bowline {
namespace {

// Memory that is got for a frame on the word of its header alone; more when more has come.
constexpr std::uint64_t trusted_size_max = 4096;
// What the frames of a compressed message may have over the message itself: data that can't be
// compressed grows a little.
constexpr std::uint64_t compressed_size_max(std::uint64_t size_max) {
  return std::max(size_max, size_max + size_max / 64 + 1024);
}

// Others have their turn after so much was inflated: very soon at first, since many may come at
// once, where those that go on wait for each other.
constexpr std::size_t inflated_at_first = 4 * 1024;
constexpr std::size_t inflated_per_turn = 32 * 1024;
// What a byte may become. So little is taken, and more where it becomes less.
constexpr std::size_t inflation_max = 1032;

const char* what_is_wrong(const WebSocketFrameHeader& header, bool in_message, bool compresses) {
  bool is_first =
      header.opcode == WebSocketOpcode::text || header.opcode == WebSocketOpcode::binary;
  if (header.reserved & 3) return "a reserved bit of a frame is set";
  if (header.reserved && !compresses) return "a reserved bit of a frame is set";
  if (header.reserved && !is_first) return "the bit of compression is set where no message begins";
  switch (header.opcode) {
    case WebSocketOpcode::text:
    case WebSocketOpcode::binary:
      return in_message ? "a message begins inside another" : nullptr;
    case WebSocketOpcode::continuation:
      return in_message ? nullptr : "there is no message to continue";
    case WebSocketOpcode::close:
    case WebSocketOpcode::ping:
    case WebSocketOpcode::pong:
      if (!header.final) return "a control frame is fragmented";
      if (header.payload_size <= WebSocketFrameHeader::control_size_max) return nullptr;
      return "a control frame has more than 125 bytes";
  }
  return "a frame's opcode is reserved";
}

}  // namespace

WebSocketEvent WebSocketProtocol::next_event_of_any_kind() {
  if (busy_ & holding) let_go();
  WebSocketEvent event;
  while (!(busy_ & closed) && advance(event)) {
    if (event) return event;
  }
  if (busy_ & closed) return closed_event();
  if (!(busy_ & ended)) {
    rest();
    return event;
  }
  end(websocket_unclean,
      state_ == State::closing ? "the connection ended before the close was answered"
      : busy_ & partial        ? "the connection ended inside a message, without a close frame"
                               : "the connection ended without a close frame",
      false);
  return closed_event();
}

bool WebSocketProtocol::advance(WebSocketEvent& event) {
  if (rare_ && rare_->in_frame) return take_slice(event);
  WebSocketFrameHeader header;
  if (!read_header(header) || !fits(header)) return false;
  bool is_one_piece = header.is_control() || (header.final && header.reserved == 0 &&
                                              header.opcode != WebSocketOpcode::continuation);
  if (is_one_piece && header.payload_size <= input_size_) {
    event = whole_frame(header);
    return true;
  }
  begin_frame(header);
  return take_slice(event);
}

bool WebSocketProtocol::read_header(WebSocketFrameHeader& header) {
  if (rare_ && rare_->header_size > 0) return read_cut_header(header);
  int size = read_frame_header({input_, input_size_}, header);
  if (input_size_ >= 2 && !is_allowed(header)) return false;
  if (size < 0) return refuse(websocket_protocol_error, "a frame's size is written wrongly");
  if (size == 0) {
    if (input_size_ > 0) std::memcpy(rare().header.data(), input_, input_size_);
    if (input_size_ > 0) rare_->header_size = input_size_;
    input_size_ = 0;
    settle();
    return false;
  }
  input_ += size;
  input_size_ -= static_cast<std::size_t>(size);
  return true;
}

bool WebSocketProtocol::read_cut_header(WebSocketFrameHeader& header) {
  Rare& cut = *rare_;
  while (input_size_ > 0) {
    cut.header[cut.header_size++] = *input_++;
    --input_size_;
    int size = read_frame_header({cut.header.data(), cut.header_size}, header);
    if (!is_allowed(header)) return false;
    if (size < 0) return refuse(websocket_protocol_error, "a frame's size is written wrongly");
    if (size == 0) continue;
    cut.header_size = 0;
    settle();
    return true;
  }
  return false;
}

// As far as its first two bytes tell, which are there.
bool WebSocketProtocol::is_allowed(const WebSocketFrameHeader& header) {
  const char* wrong = what_is_wrong(header, rare_ && rare_->in_message, compresses_);
  if (!wrong && header.masked && client_) wrong = "a frame of a server is masked";
  if (!wrong && !header.masked && !client_) wrong = "a frame of a client is not masked";
  return !wrong || refuse(websocket_protocol_error, wrong);
}

// Limits are looked at before anything is kept of a frame.
bool WebSocketProtocol::fits(const WebSocketFrameHeader& header) {
  if (header.is_control()) return true;
  bool goes_on = header.opcode == WebSocketOpcode::continuation;
  bool is_compressed = goes_on ? rare_->compressed : header.reserved != 0;
  std::uint64_t max = options_->message_size_max;
  std::uint64_t wire_max = is_compressed ? compressed_size_max(max) : max;
  if (header.payload_size > wire_max - (goes_on ? rare_->wire_size : 0)) {
    return refuse(websocket_too_big, "a message has more than " + std::to_string(max) + " bytes");
  }
  std::size_t count_max = options_->fragment_count_max;
  if (!goes_on || rare_->fragment_count < count_max) return true;
  return refuse(websocket_policy,
                "a message has more than " + std::to_string(count_max) + " frames");
}

// The next bytes of a payload, as many as are here.
MutableBytes WebSocketProtocol::take_input(std::uint64_t size_max) {
  MutableBytes slice(input_,
                     static_cast<std::size_t>(std::min<std::uint64_t>(size_max, input_size_)));
  input_ += slice.size();
  input_size_ -= slice.size();
  return slice;
}

WebSocketEvent WebSocketProtocol::whole_frame(const WebSocketFrameHeader& header) {
  MutableBytes payload = take_input(header.payload_size);
  bool is_ascii = unmask(payload, header.key, 0);
  if (header.is_control()) return control_event(header.opcode, payload);
  return data_event(header.opcode, payload, is_ascii);
}

void WebSocketProtocol::begin_frame(const WebSocketFrameHeader& header) {
  Rare& incoming = rare();
  incoming.in_frame = true;
  incoming.frame = header;
  incoming.taken = 0;
  busy_ |= partial;
  if (header.is_control()) return;
  if (header.opcode != WebSocketOpcode::continuation) {
    incoming.in_message = true;
    incoming.opcode = header.opcode;
    incoming.compressed = header.reserved != 0;
    incoming.fragment_count = 0;
    incoming.wire_size = 0;
  }
  ++incoming.fragment_count;
  incoming.wire_size += header.payload_size;
  std::uint64_t trusted = std::min(header.payload_size, trusted_size_max);
  if (!incoming.compressed) incoming.message.reserve(static_cast<std::size_t>(trusted));
}

bool WebSocketProtocol::take_slice(WebSocketEvent& event) {
  Rare& incoming = *rare_;
  const WebSocketFrameHeader& frame = incoming.frame;
  std::size_t size = incoming.message.size();
  bool inflates = !frame.is_control() && incoming.compressed;
  std::size_t turn_size = incoming.taken == 0 ? inflated_at_first : inflated_per_turn;
  std::uint64_t slice_size = inflates ? 1 + turn_size / inflation_max : frame.payload_size;
  do {
    MutableBytes slice = take_input(std::min(slice_size, frame.payload_size - incoming.taken));
    slice_size *= 2;
    unmask(slice, frame.key, incoming.taken);
    if (frame.is_control()) {
      std::copy(slice.begin(), slice.end(), incoming.control.begin() + incoming.taken);
    } else if (!grow_message(slice, false)) {
      return false;
    }
    incoming.taken += slice.size();
  } while (incoming.taken < frame.payload_size && input_size_ > 0 &&
           incoming.message.size() - size < turn_size);
  if (incoming.taken < frame.payload_size) {
    if (input_size_ > 0) event.kind = WebSocketEvent::Kind::busy;
    return input_size_ > 0;
  }
  incoming.in_frame = false;
  if (!frame.is_control()) return !frame.final || finish_message(event);
  settle();
  busy_ |= holding;
  event = control_event(frame.opcode, {incoming.control.data(), incoming.taken});
  return true;
}

// What is wrong with the text comes before what is wrong with the compression behind it, so that
// the answer does not depend on how much was inflated at a time.
bool WebSocketProtocol::grow_message(Bytes slice, bool last) {
  Rare& incoming = *rare_;
  std::size_t size = incoming.message.size();
  std::size_t size_max = options_->message_size_max;
  auto inflated = Inflated::ok;
  if (!incoming.compressed) {
    incoming.message.append(slice);
  } else if (last) {
    inflated = incoming.compression->inflater.finish(incoming.message, size_max);
  } else {
    inflated = incoming.compression->inflater.add(slice, incoming.message, size_max);
  }
  if (incoming.opcode == WebSocketOpcode::text &&
      !incoming.utf8.accept(incoming.message.bytes().after(size))) {
    return refuse(websocket_bad_data, "text is not UTF-8");
  }
  if (inflated == Inflated::ok) return true;
  if (inflated == Inflated::corrupt) {
    return refuse(websocket_protocol_error, "a message's compression is corrupt");
  }
  return refuse(websocket_too_big,
                "a message has more than " + std::to_string(size_max) + " bytes");
}

bool WebSocketProtocol::finish_message(WebSocketEvent& event) {
  Rare& incoming = *rare_;
  if (!grow_message({}, true)) return false;
  bool is_text = incoming.opcode == WebSocketOpcode::text;
  if (is_text && !incoming.utf8.complete()) {
    return refuse(websocket_bad_data, "text is not UTF-8: it ends inside a character");
  }
  incoming.in_message = false;
  settle();
  busy_ |= holding;
  event.kind = is_text ? WebSocketEvent::Kind::text : WebSocketEvent::Kind::binary;
  event.bytes = incoming.message.bytes();
  return true;
}

WebSocketEvent WebSocketProtocol::data_event(WebSocketOpcode opcode, Bytes payload, bool is_ascii) {
  bool valid = true;
  if (opcode == WebSocketOpcode::binary) {
    return {.kind = WebSocketEvent::Kind::binary, .bytes = payload};
  }
  if (!is_ascii && whole_utf8(payload.text(), valid) < payload.size()) {
    refuse(websocket_bad_data,
           valid ? "text is not UTF-8: it ends inside a character" : "text is not UTF-8");
    return closed_event();
  }
  return {.kind = WebSocketEvent::Kind::text, .bytes = payload};
}

WebSocketEvent WebSocketProtocol::control_event(WebSocketOpcode opcode, Bytes payload) {
  if (opcode == WebSocketOpcode::close) return close_event(payload);
  bool is_ping = opcode == WebSocketOpcode::ping;
  if (is_ping && options_->auto_pong) pong(payload);
  return {.kind = is_ping ? WebSocketEvent::Kind::ping : WebSocketEvent::Kind::pong,
          .bytes = payload};
}

WebSocketEvent WebSocketProtocol::close_event(Bytes payload) {
  unsigned code = websocket_no_code;
  if (payload.size() >= 2) {
    code = std::to_integer<unsigned>(payload[0]) << 8 | std::to_integer<unsigned>(payload[1]);
  }
  std::string_view reason = payload.after(2).text();
  bool valid = true;
  if (payload.size() == 1) {
    refuse(websocket_protocol_error, "a close frame has half a code");
  } else if (!payload.empty() && !is_close_code(code)) {
    refuse(websocket_protocol_error, "close code " + std::to_string(code) + " is not allowed");
  } else if (whole_utf8(reason, valid) < reason.size()) {
    refuse(websocket_bad_data, "the reason of a close is not UTF-8");
  } else {
    // The answer to a close is the same code (5.5.1).
    if (state_ == State::open) append_close(code, {});
    state_ = State::closing;
    end(code, reason, true);
  }
  return closed_event();
}

WebSocketEvent WebSocketProtocol::closed_event() {
  if (busy_ & told) return {};
  busy_ |= told;
  return {.kind = WebSocketEvent::Kind::closed,
          .clean = rare_->clean,
          .code = rare_->code,
          .bytes = rare_->reason};
}

// Sets `partial` to what is so.
void WebSocketProtocol::settle() {
  bool is_partial = rare_ && (rare_->in_frame || rare_->in_message || rare_->header_size > 0);
  busy_ = static_cast<std::uint8_t>(is_partial ? busy_ | partial : busy_ & ~partial);
}

// The last event was read: its memory goes.
void WebSocketProtocol::let_go() {
  busy_ &= static_cast<std::uint8_t>(~holding);
  if (!rare_->in_message) rare_->message.release();
}

BytesBuilder WebSocketProtocol::take_message() {
  BOWLINE_CHECK(busy_ & holding);
  return std::move(rare_->message);
}

// All input was read: an idle connection holds nothing that is not needed.
void WebSocketProtocol::rest() {
  if (busy_ == 0 && !client_ && !compresses_) rare_.reset();
}

// Ends the connection; false, for callers that go on if all is well.
bool WebSocketProtocol::refuse(unsigned code, std::string_view reason) {
  end(code, reason, false);
  return false;
}

}  // namespace bowline
