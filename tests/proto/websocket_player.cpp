#include "tests/proto/websocket_player.h"

#include <algorithm>

namespace bowline::testing {
namespace {

using Kind = CaseStep::Kind;

std::string shown(unsigned opcode, std::string_view payload) {
  std::string text =
      "opcode " + std::to_string(opcode) + ", " + std::to_string(payload.size()) + " bytes: ";
  return text.append(payload.substr(0, 40));
}

class Player {
 public:
  Player(const WebSocketCase& what, bool as_client, WebSocketWire& wire)
      : as_client_(as_client), wire_(wire) {
    if (what.deflate) compression_.emplace(*what.deflate, as_client);
  }

  std::string play(const CaseSteps& steps) {
    for (const CaseStep& step : steps) {
      std::string wrong = play(step);
      if (!wrong.empty()) return wrong;
    }
    if (closed_) return {};
    send(encode({.opcode = 8, .payload = close_payload(1000), .masked = as_client_}),
         CaseStep::all);
    return expect_close({1000});
  }

 private:
  std::string play(const CaseStep& step) {
    switch (step.kind) {
      case Kind::frame:
        return send_frame(step);
      case Kind::more:
        return send_more(step.stop, step.chop_size);
      case Kind::message:
        return send_message(step);
      case Kind::answer:
        return expect(step);
      case Kind::quiet:
        return received_.empty() && wire_.is_quiet() ? "" : "something came, or it ended";
      case Kind::close:
        closed_ = true;
        return expect_close(step.codes);
    }
    return "no such step";
  }

  void send(std::string_view bytes, std::size_t chop_size) {
    while (!bytes.empty()) {
      wire_.write(bytes.substr(0, chop_size));
      bytes.remove_prefix(std::min(chop_size, bytes.size()));
    }
  }

  std::string send_frame(const CaseStep& step) {
    frame_ = encode({step.opcode, step.payload, step.final, step.reserved, as_client_});
    std::size_t header_size = frame_.size() - step.payload.size();
    return send_more(step.stop == CaseStep::all ? CaseStep::all : header_size + step.stop,
                     step.chop_size);
  }

  std::string send_more(std::size_t count, std::size_t chop_size) {
    send(std::string_view(frame_).substr(0, count), chop_size);
    frame_.erase(0, count);
    return {};
  }

  std::string send_message(const CaseStep& step) {
    std::string payload = compression_ ? compression_->compress(step.payload) : step.payload;
    unsigned opcode = step.opcode;
    unsigned reserved = compression_ ? 4 : 0;
    std::size_t at = 0;
    do {
      std::string part = payload.substr(at, step.fragment_size);
      at += part.size();
      bool last = at == payload.size();
      send(encode({opcode, part, last, reserved, as_client_}), step.chop_size);
      opcode = reserved = 0;
    } while (at < payload.size());
    return {};
  }

  // The next frame; false at the end of the stream.
  bool receive(PeerFrame& frame) {
    while (!decode(received_, frame)) {
      std::string bytes = wire_.read();
      if (bytes.empty()) return false;
      received_ += bytes;
    }
    return true;
  }

  // A message in however many frames, or a control frame.
  std::string expect(const CaseStep& step) {
    std::string message;
    PeerFrame frame;
    bool compressed = false;
    for (bool first = true; first || !frame.final; first = false) {
      if (!receive(frame)) return "the stream ended instead of " + shown(step.opcode, step.payload);
      if (frame.masked == as_client_) return "a frame is masked that must not be, or the reverse";
      if (frame.opcode != (first ? step.opcode : 0)) {
        return shown(frame.opcode, frame.payload) + " instead of " +
               shown(step.opcode, step.payload);
      }
      if (frame.reserved && !(first && compression_ && frame.reserved == 4)) return "reserved bits";
      compressed |= frame.reserved != 0;
      message += frame.payload;
    }
    if (compressed) message = compression_->inflate(message);
    if (message == step.payload) return {};
    return shown(step.opcode, message) + " instead of " + shown(step.opcode, step.payload);
  }

  std::string expect_close(const std::vector<unsigned>& codes) {
    PeerFrame frame;
    if (!receive(frame)) return "the stream ended without a close frame";
    if (frame.masked == as_client_) return "a frame is masked that must not be, or the reverse";
    if (frame.opcode != 8) return shown(frame.opcode, frame.payload) + " instead of a close";
    const std::string& text = frame.payload;
    unsigned code = 1005;
    if (text.size() >= 2) {
      code = static_cast<unsigned>(static_cast<unsigned char>(text[0]) << 8 |
                                   static_cast<unsigned char>(text[1]));
    }
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
      return "closed with " + std::to_string(code) + " (" +
             text.substr(std::min<std::size_t>(2, text.size())) + ")";
    }
    return receive(frame) ? "something comes after the close frame" : "";
  }

  bool as_client_;
  WebSocketWire& wire_;
  std::optional<PeerCompression> compression_;
  std::string frame_;  // what of the last one was not sent
  std::string received_;
  bool closed_ = false;
};

}  // namespace

std::string play(const WebSocketCase& what, bool as_client, WebSocketWire& wire) {
  return Player(what, as_client, wire).play(what.steps());
}

}  // namespace bowline::testing
