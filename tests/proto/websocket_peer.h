// The other side of a WebSocket for tests: frames written and read, messages compressed and
// inflated, by code of its own, so that what bowline does wrong both ways shows even so.
#pragma once

#include "bowline/proto/deflate_parameters.h"

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bowline::testing {

struct PeerFrame {
  unsigned opcode = 1;
  std::string payload;
  bool final = true;
  unsigned reserved = 0;
  bool masked = false;
};

// As the frame goes over the wire; the mask's key comes from the payload's size.
std::string encode(const PeerFrame& frame);
std::string close_payload(unsigned code, std::string_view reason = {});
// Takes a frame off the front of `bytes`; false when it is not whole. A size that is not in its
// shortest form, or a control frame that is not allowed, is given as opcode 99.
bool decode(std::string& bytes, PeerFrame& frame);

// What the client or server that is played needs for permessage-deflate.
class PeerCompression {
 public:
  PeerCompression(const DeflateParameters& parameters, bool is_client);
  PeerCompression(const PeerCompression&) = delete;
  ~PeerCompression();
  std::string compress(std::string_view message);
  // "(corrupt)" for what can't be inflated.
  std::string inflate(std::string_view payload);

 private:
  std::unique_ptr<z_stream_s> deflate_;
  std::unique_ptr<z_stream_s> inflate_;
  bool deflate_takeover_;
  bool inflate_takeover_;
};

}  // namespace bowline::testing
