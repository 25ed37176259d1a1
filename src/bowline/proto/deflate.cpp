#include "bowline/proto/deflate.h"

#include "bowline/base/check.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace bowline {
namespace {

constexpr std::size_t window_size_max = 1 << MAX_WBITS;
// Bytes that are inflated or compressed between two looks at the limits.
constexpr std::size_t step_size_min = 256;
constexpr std::size_t step_size_max = 1 << 16;
// Blocks marked as the last that one message may have. Going on after one costs a copy of the
// window, which a peer could ask for with every two bytes.
constexpr unsigned char stream_count_max = 16;
// What a compressor's flush ends in, left out of each message (RFC 7692 7.2.1).
constexpr std::array<unsigned char, 4> flush_end = {0x00, 0x00, 0xff, 0xff};

Bytef* input(Bytes bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

uInt step(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

// Gives zlib `size` more bytes of room at the end of `out`.
void give_room(z_stream_s& stream, BytesBuilder& out, std::size_t size) {
  stream.next_out = reinterpret_cast<Bytef*>(out.extend(size));
  stream.avail_out = step(size);
}

// Takes back the room that was not used.
void take_room(z_stream_s& stream, BytesBuilder& out) {
  out.shrink(out.size() - stream.avail_out);
}

// A z_stream must stay where it is: zlib keeps its address.
std::unique_ptr<z_stream_s> new_stream() {
  return std::make_unique<z_stream_s>();
}

void check_memory(int status) {
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  BOWLINE_CHECK(status == Z_OK);
}

}  // namespace

void MessageDeflater::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

MessageDeflater::MessageDeflater(int window_bits, bool takeover, int level, int memory_level)
    : window_bits_(static_cast<signed char>(window_bits)),
      takeover_(takeover),
      level_(static_cast<signed char>(level)),
      memory_level_(static_cast<signed char>(memory_level)) {
  BOWLINE_CHECK(window_bits >= 8 && window_bits <= MAX_WBITS);
  BOWLINE_CHECK(level >= 1 && level <= 9 && memory_level >= 1 && memory_level <= 9);
}

// zlib has no raw window of 8 bits. With 9 it looks back 250 bytes at most (its window less
// MIN_LOOKAHEAD), which a window of 8 bits allows.
void MessageDeflater::begin() {
  auto stream = new_stream();
  int bits = std::max<int>(window_bits_, 9);
  check_memory(
      deflateInit2(stream.get(), level_, Z_DEFLATED, -bits, memory_level_, Z_DEFAULT_STRATEGY));
  stream_.reset(stream.release());
}

void MessageDeflater::compress(Bytes message, BytesBuilder& out) {
  // zlib makes nothing of a flush with nothing new (RFC 7692 7.2.3.6).
  if (message.empty()) return out.append(std::string_view("\0", 1));
  if (!stream_) begin();
  z_stream_s& stream = *stream_;
  std::size_t start = out.size();
  do {
    stream.next_in = input(message);
    stream.avail_in = step(message.size());
    message = message.after(stream.avail_in);
    int flush = message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      give_room(stream, out,
                std::clamp<std::size_t>(stream.avail_in, step_size_min, step_size_max));
      int status = deflate(&stream, flush);
      BOWLINE_CHECK(status == Z_OK || status == Z_BUF_ERROR);
      take_room(stream, out);
    } while (stream.avail_out == 0);
  } while (!message.empty());
  BOWLINE_CHECK(out.size() - start > flush_end.size());
  out.shrink(out.size() - flush_end.size());
  if (!takeover_) deflateReset(&stream);
}

void MessageDeflater::rest() {
  if (!takeover_) stream_.reset();
}

void MessageInflater::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

MessageInflater::MessageInflater(int window_bits, bool takeover)
    : window_bits_(static_cast<signed char>(window_bits)), takeover_(takeover) {
  BOWLINE_CHECK(window_bits >= 8 && window_bits <= MAX_WBITS);
}

void MessageInflater::begin() {
  auto stream = new_stream();
  check_memory(inflateInit2(stream.get(), -window_bits_));
  stream_.reset(stream.release());
}

Inflated MessageInflater::add(Bytes piece, BytesBuilder& out, std::size_t size_max) {
  if (!stream_) begin();
  z_stream_s& stream = *stream_;
  bool more = !piece.empty();
  while (more) {
    if (at_end_ && !next_stream()) return Inflated::corrupt;
    stream.next_in = input(piece);
    stream.avail_in = step(piece.size());
    std::size_t given = stream.avail_in;
    give_room(stream, out, std::clamp(piece.size() * 4, step_size_min, step_size_max));
    int status = inflate(&stream, Z_SYNC_FLUSH);
    take_room(stream, out);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (out.size() > size_max) {
      out.shrink(size_max);
      return Inflated::too_big;
    }
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Inflated::corrupt;
    at_end_ = status == Z_STREAM_END;
    piece = piece.after(given - stream.avail_in);
    // With its room full, zlib may have more to put out though all input is taken.
    more = !piece.empty() || (stream.avail_out == 0 && !at_end_);
  }
  return Inflated::ok;
}

// A block marked as the last ends zlib's stream but not the message (RFC 7692 7.2.3.4): what
// follows is inflated as a new stream with the window of the old one.
bool MessageInflater::next_stream() {
  if (++stream_count_ > stream_count_max) return false;
  std::array<Bytef, window_size_max> window;
  uInt size = 0;
  inflateGetDictionary(stream_.get(), window.data(), &size);
  inflateReset(stream_.get());
  inflateSetDictionary(stream_.get(), window.data(), size);
  at_end_ = false;
  return true;
}

Inflated MessageInflater::finish(BytesBuilder& out, std::size_t size_max) {
  if (!at_end_) {
    Inflated result = add(Bytes(flush_end), out, size_max);
    if (result != Inflated::ok) return result;
    // zlib says so when it waits for the header of a block: then the last one was whole.
    constexpr int between_blocks = 128;
    if (!at_end_ && !(stream_->data_type & between_blocks)) return Inflated::corrupt;
  }
  stream_count_ = 0;
  if (takeover_) return Inflated::ok;
  inflateReset(stream_.get());
  at_end_ = false;
  return Inflated::ok;
}

void MessageInflater::rest() {
  if (!takeover_) stream_.reset();
}

}  // namespace bowline
