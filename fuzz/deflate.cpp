// What is inflated does not depend on how it was cut, stays below its limit, and what was
// compressed comes back. The first byte says how.
#include "bowline/proto/deflate.h"

#include "bowline/base/check.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using bowline::Bytes;
using bowline::Inflated;

constexpr std::size_t size_max = 5000;

// Two messages, each `bytes`, in pieces of `piece_size`.
std::string inflated(Bytes bytes, std::size_t piece_size, int window_bits, bool takeover) {
  bowline::MessageInflater inflater(window_bits, takeover);
  std::string all;
  for (int round = 0; round < 2; ++round) {
    bowline::BytesBuilder out;
    auto result = Inflated::ok;
    for (Bytes rest = bytes; result == Inflated::ok && !rest.empty();
         rest = rest.after(piece_size)) {
      result = inflater.add(rest.first(piece_size), out, size_max);
    }
    if (result == Inflated::ok) result = inflater.finish(out, size_max);
    BOWLINE_CHECK(out.size() <= size_max);
    all.append(out.bytes().text());
    if (result != Inflated::ok) return all + (result == Inflated::corrupt ? "(bad)" : "(big)");
    inflater.rest();
  }
  return all;
}

// Who looks back beyond the window is found out once zlib has no more than that: earlier or later,
// as the pieces were cut. What came out before is the same.
bool found_out_earlier(std::string_view text, std::string_view other) {
  constexpr std::string_view bad = "(bad)";
  return text.ends_with(bad) && other.starts_with(text.substr(0, text.size() - bad.size()));
}

void go_back_and_forth(Bytes bytes, int window_bits, bool takeover) {
  bowline::MessageDeflater deflater(window_bits, takeover, 1 + window_bits % 9, 1);
  bowline::MessageInflater inflater(window_bits, takeover);
  for (int round = 0; round < 2; ++round) {
    bowline::BytesBuilder compressed, back;
    deflater.compress(bytes, compressed);
    // In small pieces, so that nothing but the window can be looked back at.
    for (Bytes rest = compressed.bytes(); !rest.empty(); rest = rest.after(1)) {
      BOWLINE_CHECK(inflater.add(rest.first(1), back, bytes.size()) == Inflated::ok);
    }
    BOWLINE_CHECK(inflater.finish(back, bytes.size()) == Inflated::ok);
    BOWLINE_CHECK(back.bytes() == bytes);
    deflater.rest();
    inflater.rest();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  int window_bits = 8 + data[0] % 8;
  bool takeover = data[0] & 8;
  Bytes bytes(data + 1, size - 1);
  std::string whole = inflated(bytes, bytes.size() + 1, window_bits, takeover);
  for (std::size_t piece_size : {1, 2, 7, 100}) {
    std::string pieces = inflated(bytes, piece_size, window_bits, takeover);
    BOWLINE_CHECK(pieces == whole || found_out_earlier(pieces, whole) ||
                  found_out_earlier(whole, pieces));
  }
  go_back_and_forth(bytes, window_bits, takeover);
  return 0;
}
