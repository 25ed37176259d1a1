#include "bowline/proto/deflate.h"

#include "bowline/base/random.h"
#include "tests/proto/websocket_peer.h"
#include "tests/support/cuts.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::string_literals;

constexpr std::size_t no_limit = 1 << 26;

std::string compressed(MessageDeflater& deflater, std::string_view message) {
  BytesBuilder out;
  deflater.compress(message, out);
  return std::string(out.bytes().text());
}

std::string_view name(Inflated result) {
  return result == Inflated::ok ? "" : result == Inflated::too_big ? "(too big)" : "(corrupt)";
}

// What a message becomes that comes in these pieces; what went wrong stands at its end.
std::string inflated(MessageInflater& inflater, const testing::Pieces& pieces,
                     std::size_t size_max = no_limit) {
  BytesBuilder out;
  Inflated result = Inflated::ok;
  for (const std::string& piece : pieces) {
    if (result == Inflated::ok) result = inflater.add(piece, out, size_max);
  }
  if (result == Inflated::ok) result = inflater.finish(out, size_max);
  return std::string(out.bytes().text()).append(name(result));
}

std::string inflated(std::string_view payload, std::size_t size_max = no_limit) {
  MessageInflater inflater(15, true);
  return inflated(inflater, {std::string(payload)}, size_max);
}

// Words in random order: there is much to find again, near and far.
std::string words(std::uint64_t seed, std::size_t size) {
  Random random(seed);
  std::string text;
  while (text.size() < size) text += std::to_string(random.below(300) * 7919) + " ";
  text.resize(size);
  return text;
}

TEST(Deflate, inflates_the_examples_of_the_standard) {  // RFC 7692 7.2.3
  EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello");  // not compressed
  EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");  // a block marked as the last
  EXPECT_EQ(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s),
            "Hello");  // 2 blocks
  EXPECT_EQ(inflated("\x00"s), "");
  MessageInflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, {"\xf2\x48\xcd\xc9\xc9\x07\x00"s}), "Hello");
  EXPECT_EQ(inflated(inflater, {"\xf2\x00\x11\x00\x00"s}), "Hello");  // the window of the first
}

TEST(Deflate, compresses_as_the_standard_has_it) {
  MessageDeflater deflater(15, true, 9, 8);
  EXPECT_EQ(compressed(deflater, "Hello"), "\xf2\x48\xcd\xc9\xc9\x07\x00"s);
  EXPECT_EQ(compressed(deflater, "Hello"), "\xf2\x00\x11\x00\x00"s);
  EXPECT_EQ(compressed(deflater, ""), "\x00"s);
  MessageDeflater alone(15, false, 9, 8);
  EXPECT_EQ(compressed(alone, "Hello"), compressed(alone, "Hello"));
}

TEST(Deflate, goes_back_and_forth_with_every_window_and_both_takeovers) {
  for (int bits = 8; bits <= 15; ++bits) {
    for (bool takeover : {false, true}) {
      MessageDeflater deflater(bits, takeover, 6, 8);
      MessageInflater inflater(bits, takeover);
      for (std::size_t size : {0, 0, 1, 100, 0, 0, 1000, 70000, 5, 200000}) {
        std::string message = words(static_cast<std::uint64_t>(bits), size);
        EXPECT_EQ(inflated(inflater, {compressed(deflater, message)}), message);
      }
    }
  }
}

// The peer inflates 64 bytes at a time, so zlib refuses what looks back past the window.
TEST(Deflate, never_looks_back_past_the_window_that_was_agreed_on) {
  for (int bits = 8; bits <= 15; ++bits) {
    for (int level : {1, 6, 9}) {
      MessageDeflater deflater(bits, true, level, 9);
      testing::PeerCompression peer({bits, bits, false, false}, true);
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::string message = words(seed % 5, 3000);
        ASSERT_EQ(peer.inflate(compressed(deflater, message)), message) << bits << " " << seed;
      }
    }
  }
}

TEST(Deflate, inflates_what_others_compress) {
  for (int bits = 8; bits <= 15; ++bits) {
    testing::PeerCompression peer({bits, bits, false, false}, true);
    MessageInflater inflater(bits, true);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      std::string message = words(seed % 3, 5000);
      ASSERT_EQ(inflated(inflater, {peer.compress(message)}), message);
    }
  }
}

TEST(Deflate, inflates_the_same_however_a_message_is_cut) {
  std::string payload = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
  for (const auto& cut : testing::every_cut(payload)) {
    MessageInflater inflater(15, false);
    EXPECT_EQ(inflated(inflater, cut), "Hello");
  }
  MessageDeflater deflater(15, false, 6, 8);
  std::string message = words(1, 2000);
  for (const auto& cut : testing::some_cuts(compressed(deflater, message))) {
    MessageInflater inflater(15, false);
    EXPECT_EQ(inflated(inflater, cut), message);
  }
}

TEST(Deflate, what_can_be_inflated_is_not_held_back) {
  MessageDeflater deflater(15, false, 9, 8);
  std::string payload = compressed(deflater, std::string(50000, '0') + words(1, 3000));
  MessageInflater by_bytes(15, false);
  BytesBuilder out;
  for (std::size_t size = 1; size <= payload.size(); ++size) {
    EXPECT_EQ(by_bytes.add({payload.data() + size - 1, 1}, out, no_limit), Inflated::ok);
    MessageInflater at_once(15, false);
    BytesBuilder whole;
    EXPECT_EQ(at_once.add(Bytes(payload).first(size), whole, no_limit), Inflated::ok);
    ASSERT_EQ(out.size(), whole.size()) << size;
  }
}

TEST(Deflate, stops_at_the_limit_and_not_before) {
  MessageDeflater deflater(15, false, 9, 8);
  std::string zeros(5000, '0');
  std::string payload = compressed(deflater, zeros);
  EXPECT_EQ(inflated(payload, 5000), zeros);
  EXPECT_EQ(inflated(payload, 4999), zeros.substr(1) + "(too big)");
  EXPECT_EQ(inflated(payload, 0), "(too big)");
  EXPECT_EQ(inflated("\x00"s, 0), "");
}

TEST(Deflate, a_bomb_costs_no_more_memory_than_the_limit) {
  MessageDeflater deflater(15, false, 9, 8);
  std::string payload = compressed(deflater, std::string(64 << 20, '0'));
  EXPECT_LT(payload.size(), 70000u);
  MessageInflater inflater(15, false);
  BytesBuilder out;
  EXPECT_EQ(inflater.add(payload, out, 1 << 20), Inflated::too_big);
  EXPECT_EQ(out.size(), 1u << 20);
  EXPECT_LE(out.capacity(), 3u << 20);
}

TEST(Deflate, blocks_marked_as_the_last_are_not_the_end_but_limited) {
  std::string block = "\xf3\x48\xcd\xc9\xc9\x07\x00"s;
  std::string many, expected;
  for (int index = 0; index < 16; ++index) {
    many += block;
    expected += "Hello";
  }
  EXPECT_EQ(inflated(many), expected);
  EXPECT_EQ(inflated(many + block + block), expected + "Hello(corrupt)");
  MessageInflater inflater(15, true);  // the limit is for each message
  EXPECT_EQ(inflated(inflater, {many}), expected);
  EXPECT_EQ(inflated(inflater, {many.substr(block.size())}), expected.substr(5));
}

TEST(Deflate, finds_what_no_compressor_makes) {
  EXPECT_EQ(inflated("\xff\xff\xff"), "(corrupt)");
  EXPECT_EQ(inflated(""), "(corrupt)");
  EXPECT_EQ(inflated("\xf2\x48\xcd"), "Heh(corrupt)");         // it ends inside a block
  EXPECT_EQ(inflated("\xf2\x00\x11\x00\x00"s), "H(corrupt)");  // nothing was before it
}

TEST(Deflate, without_takeover_needs_no_memory_between_messages) {
  MessageDeflater deflater(15, false, 6, 8);
  MessageInflater inflater(15, false);
  EXPECT_FALSE(deflater.can_rest() || inflater.can_rest());
  for (int round = 0; round < 3; ++round) {
    std::string message = words(3, 1000);
    EXPECT_EQ(inflated(inflater, {compressed(deflater, message)}), message);
    EXPECT_TRUE(deflater.can_rest() && inflater.can_rest());
    deflater.rest();
    inflater.rest();
    EXPECT_FALSE(deflater.can_rest() || inflater.can_rest());
  }
}

TEST(Deflate, with_takeover_keeps_its_memory) {
  MessageDeflater deflater(15, true, 6, 8);
  std::string first = compressed(deflater, "Hello");
  EXPECT_FALSE(deflater.can_rest());
  deflater.rest();
  EXPECT_LT(compressed(deflater, "Hello").size(), first.size());
}

}  // namespace
}  // namespace bowline
