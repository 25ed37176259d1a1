#include "bowline/proto/websocket_mask.h"

#include "bowline/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace bowline {
namespace {

MaskKey key_of(std::string_view bytes) {
  MaskKey key;
  std::memcpy(&key, bytes.data(), 4);
  return key;
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

TEST(WebSocketMask, is_the_one_of_the_standard) {  // RFC 6455 5.7
  std::string text = "\x7f\x9f\x4d\x51\x58";
  EXPECT_TRUE(unmask(writable(text), key_of("\x37\xfa\x21\x3d"), 0));
  EXPECT_EQ(text, "Hello");
}

TEST(WebSocketMask, is_the_same_in_any_number_of_pieces_at_any_place_in_memory) {
  Random random(1);
  for (std::size_t size = 0; size < 150; ++size) {
    std::string key = random_bytes(random, 4);
    std::string bytes = random_bytes(random, size);
    std::string expected = bytes;
    for (std::size_t index = 0; index < size; ++index) {
      expected[index] = static_cast<char>(expected[index] ^ key[index % 4]);
    }
    for (std::size_t offset = 0; offset < 9; ++offset) {
      std::string memory = std::string(offset, 'x') + bytes + "y";
      MutableBytes part = writable(memory).subspan(offset, size);
      std::size_t cut = random.below(size + 1);
      unmask(part.first(cut), key_of(key), 0);
      unmask(part.subspan(cut), key_of(key), cut);
      EXPECT_EQ(memory, std::string(offset, 'x') + expected + "y");
    }
  }
}

TEST(WebSocketMask, tells_whether_all_is_ascii_then) {
  for (std::size_t size = 1; size < 100; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      std::string masked(size, '\0');
      apply_mask(writable(masked).data(), Bytes(text).data(), size, 0xdeadbeef);
      std::string back = masked;
      EXPECT_TRUE(unmask(writable(back), 0xdeadbeef, 0));
      masked[at] = static_cast<char>(masked[at] ^ 0x80);
      EXPECT_FALSE(unmask(writable(masked), 0xdeadbeef, 0)) << at << " of " << size;
    }
  }
}

TEST(WebSocketMask, keys_are_siphash_of_a_counter) {
  // The reference's answer for eight bytes 0 to 7 under the key 0 to 15 is 0x93f5f5799a932462.
  MaskKeys keys({0x0706050403020100, 0x0f0e0d0c0b0a0908}, 0x0706050403020100);
  EXPECT_EQ(keys.next(), 0x9a932462u);
}

TEST(WebSocketMask, keys_do_not_come_again_soon_and_differ_with_the_seed) {
  MaskKeys keys({1, 2});
  MaskKeys others({1, 3});
  std::set<MaskKey> seen;
  for (int index = 0; index < 500; ++index) {
    seen.insert(keys.next());
    seen.insert(others.next());
  }
  EXPECT_GE(seen.size(), 999u);
}

}  // namespace
}  // namespace bowline
