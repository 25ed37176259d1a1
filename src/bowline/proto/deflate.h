// permessage-deflate (RFC 7692): messages compressed and inflated by zlib. Inflating stops at a
// limit of the caller's, so a small message can't become a big one unasked.
#pragma once

#include "bowline/base/bytes_builder.h"

#include <memory>

struct z_stream_s;

namespace bowline {

// `takeover`: a message may refer to what earlier ones held, so the window is kept between them.
class MessageDeflater {
 public:
  // `window_bits` 8 to 15; `level` 1 (fast) to 9 (small); `memory_level` 1 to 9, where each step
  // doubles the memory for the search, 128 KiB at 8. All memory is taken at the first message.
  MessageDeflater(int window_bits, bool takeover, int level, int memory_level);

  // Puts `message`, compressed, at the end of `out`.
  void compress(Bytes message, BytesBuilder& out);
  bool has_takeover() const { return takeover_; }
  // Gives up memory that no later message needs: all of it without takeover, else none.
  void rest();
  bool can_rest() const { return stream_ && !takeover_; }

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  void begin();

  std::unique_ptr<z_stream_s, End> stream_;
  signed char window_bits_;
  bool takeover_;
  signed char level_;
  signed char memory_level_;
};

enum class Inflated {
  ok,
  too_big,  // it would pass the limit; up to there it was inflated
  corrupt,  // it is not what a compressor makes; up to there it was inflated
};

class MessageInflater {
 public:
  MessageInflater(int window_bits, bool takeover);

  // Puts what the next piece of a message becomes at the end of `out`, which is to hold at most
  // `size_max` bytes (its memory a little more). All that the piece tells comes out at once, so
  // what has come out does not depend on how a message was cut; but a peer that looks back beyond
  // its window is found out only where the pieces are smaller than that.
  Inflated add(Bytes piece, BytesBuilder& out, std::size_t size_max);
  // The message is over: puts what remains of it. After anything but `ok`, here or above, no more
  // can be inflated.
  Inflated finish(BytesBuilder& out, std::size_t size_max);
  // As for the deflater; only between messages.
  void rest();
  bool can_rest() const { return stream_ && !takeover_; }

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  void begin();
  bool next_stream();

  std::unique_ptr<z_stream_s, End> stream_;
  signed char window_bits_;
  bool takeover_;
  bool at_end_ = false;  // of a stream, after a block that was marked as the last
  unsigned char stream_count_ = 0;
};

}  // namespace bowline
