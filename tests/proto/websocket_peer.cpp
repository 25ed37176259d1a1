#include "tests/proto/websocket_peer.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace bowline::testing {

std::string encode(const PeerFrame& frame) {
  std::string out;
  std::size_t size = frame.payload.size();
  unsigned mask = frame.masked ? 0x80 : 0;
  out += static_cast<char>((frame.final ? 0x80 : 0) | frame.reserved << 4 | frame.opcode);
  if (size < 126) {
    out += static_cast<char>(mask | size);
  } else {
    int bytes = size < 65536 ? 2 : 8;
    out += static_cast<char>(mask | (bytes == 2 ? 126u : 127u));
    while (bytes-- > 0) out += static_cast<char>(size >> 8 * bytes);
  }
  if (!frame.masked) return out + frame.payload;
  std::array<char, 4> key = {'\x37', static_cast<char>(size + 0xfa), '\x21', '\x3d'};
  out.append(key.data(), key.size());
  for (std::size_t index = 0; index < size; ++index) {
    out += static_cast<char>(frame.payload[index] ^ key[index % 4]);
  }
  return out;
}

std::string close_payload(unsigned code, std::string_view reason) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return payload.append(reason);
}

bool decode(std::string& bytes, PeerFrame& frame) {
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2) return false;
  frame.final = byte(0) & 0x80;
  frame.reserved = byte(0) >> 4 & 7;
  frame.opcode = byte(0) & 15;
  frame.masked = byte(1) & 0x80;
  std::uint64_t size = byte(1) & 127;
  std::size_t at = size == 126 ? 4 : size == 127 ? 10 : 2;
  std::size_t end = at + (frame.masked ? 4 : 0);
  if (bytes.size() < end) return false;
  if (at > 2) size = 0;
  for (std::size_t index = 2; index < at; ++index) size = size << 8 | byte(index);
  if (bytes.size() - end < size) return false;
  if ((at == 4 && size < 126) || (at == 10 && size < 65536)) frame.opcode = 99;
  if (frame.opcode >= 8 && (size > 125 || !frame.final || frame.reserved)) frame.opcode = 99;
  frame.payload = bytes.substr(end, size);
  for (std::size_t index = 0; frame.masked && index < size; ++index) {
    frame.payload[index] = static_cast<char>(frame.payload[index] ^ bytes[at + index % 4]);
  }
  bytes.erase(0, end + size);
  return true;
}

// A window of 8 bits is 9 for zlib's compressor, which then looks back no further than 250 bytes.
PeerCompression::PeerCompression(const DeflateParameters& parameters, bool is_client)
    : deflate_(std::make_unique<z_stream_s>()),
      inflate_(std::make_unique<z_stream_s>()),
      deflate_takeover_(is_client ? !parameters.client_no_takeover
                                  : !parameters.server_no_takeover),
      inflate_takeover_(is_client ? !parameters.server_no_takeover
                                  : !parameters.client_no_takeover) {
  int own = is_client ? parameters.client_window_bits : parameters.server_window_bits;
  int others = is_client ? parameters.server_window_bits : parameters.client_window_bits;
  deflateInit2(deflate_.get(), 9, Z_DEFLATED, -std::max(own, 9), 8, Z_DEFAULT_STRATEGY);
  inflateInit2(inflate_.get(), -others);
}

PeerCompression::~PeerCompression() {
  deflateEnd(deflate_.get());
  inflateEnd(inflate_.get());
}

std::string PeerCompression::compress(std::string_view message) {
  std::string out(deflateBound(deflate_.get(), message.size()) + 64, '\0');
  deflate_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  deflate_->avail_in = static_cast<uInt>(message.size());
  deflate_->next_out = reinterpret_cast<Bytef*>(out.data());
  deflate_->avail_out = static_cast<uInt>(out.size());
  deflate(deflate_.get(), Z_SYNC_FLUSH);
  out.resize(out.size() - deflate_->avail_out - 4);
  if (!deflate_takeover_) deflateReset(deflate_.get());
  return out;
}

// Inflates a little at a time, so that no more than the agreed window can be looked back at.
std::string PeerCompression::inflate(std::string_view payload) {
  std::string in = std::string(payload) + std::string("\0\0\xff\xff", 4);
  std::string out;
  inflate_->next_in = reinterpret_cast<Bytef*>(in.data());
  inflate_->avail_in = static_cast<uInt>(in.size());
  std::array<char, 64> room;
  do {
    inflate_->next_out = reinterpret_cast<Bytef*>(room.data());
    inflate_->avail_out = room.size();
    int status = ::inflate(inflate_.get(), Z_SYNC_FLUSH);
    if (status != Z_OK && status != Z_BUF_ERROR) return "(corrupt)";
    out.append(room.data(), room.size() - inflate_->avail_out);
  } while (inflate_->avail_out == 0);
  if (!inflate_takeover_) inflateReset(inflate_.get());
  return out;
}

}  // namespace bowline::testing
