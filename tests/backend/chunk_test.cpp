#include "bowline/backend/chunk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace bowline {
namespace {

// Notes what comes back.
struct Pool : ChunkPool {
  void give_back(std::byte* memory) override { back.push_back(memory); }
  Chunk lend(std::string_view text) {
    std::memcpy(room, text.data(), text.size());
    return Chunk(*this, room, text.size());
  }
  std::byte room[64];
  std::vector<std::byte*> back;
};

TEST(Chunk, gives_its_memory_back_when_it_goes) {
  Pool pool;
  {
    Chunk chunk = pool.lend("abc");
    EXPECT_EQ(chunk.text(), "abc");
    EXPECT_TRUE(pool.back.empty());
  }
  EXPECT_EQ(pool.back, std::vector<std::byte*>{pool.room});
}

TEST(Chunk, gives_the_whole_memory_back_when_bytes_were_consumed) {
  Pool pool;
  {
    Chunk chunk = pool.lend("abcdef");
    chunk.consume(4);
    EXPECT_EQ(chunk.text(), "ef");
    EXPECT_EQ(chunk.size(), 2u);
    chunk.consume(2);
    EXPECT_TRUE(chunk.empty());
    EXPECT_FALSE(chunk);
  }
  EXPECT_EQ(pool.back, std::vector<std::byte*>{pool.room});
}

TEST(Chunk, of_what_was_built_has_its_very_bytes) {
  BytesBuilder built;
  built.append("abc");
  const std::byte* bytes = built.data();
  Chunk chunk = Chunk::of(std::move(built));
  EXPECT_EQ(chunk.text(), "abc");
  EXPECT_EQ(chunk.bytes().data(), bytes);
  EXPECT_TRUE(built.empty());
}

TEST(Chunk, that_was_moved_away_is_empty_and_gives_nothing_back) {
  Pool pool;
  {
    Chunk first = pool.lend("abc");
    Chunk second = std::move(first);
    EXPECT_TRUE(first.empty());
    EXPECT_EQ(second.text(), "abc");
  }
  EXPECT_EQ(pool.back.size(), 1u);
}

TEST(Chunk, assigned_over_gives_its_memory_back) {
  Pool first;
  Pool second;
  {
    Chunk chunk = first.lend("one");
    chunk = second.lend("two");
    EXPECT_EQ(first.back.size(), 1u);
    EXPECT_EQ(chunk.text(), "two");
    chunk = Chunk();
    EXPECT_EQ(second.back.size(), 1u);
    EXPECT_TRUE(chunk.empty());
  }
  EXPECT_EQ(first.back.size(), 1u);
  EXPECT_EQ(second.back.size(), 1u);
}

TEST(Chunk, assigned_to_itself_stays_what_it_is) {
  Pool pool;
  Chunk chunk = pool.lend("abc");
  Chunk& same = chunk;
  chunk = std::move(same);
  EXPECT_EQ(chunk.text(), "abc");
  EXPECT_TRUE(pool.back.empty());
}

TEST(Chunk, gives_its_memory_up_when_asked) {
  Pool pool;
  {
    Chunk chunk = pool.lend("abc");
    auto [owner, memory] = chunk.release();
    EXPECT_EQ(owner, &pool);
    EXPECT_EQ(memory, pool.room);
  }
  EXPECT_TRUE(pool.back.empty());
}

TEST(Chunk, without_anything_is_the_end_of_a_stream) {
  Chunk chunk;
  EXPECT_FALSE(chunk);
  EXPECT_EQ(chunk.size(), 0u);
  EXPECT_EQ(chunk.text(), "");
}

TEST(Chunk, can_be_changed_in_place) {
  Pool pool;
  Chunk chunk = pool.lend("abc");
  chunk.writable()[1] = std::byte('-');
  EXPECT_EQ(chunk.text(), "a-c");
}

TEST(Chunk, copies_bytes_into_memory_of_its_own) {
  std::string text = "some\0text";
  Chunk chunk = Chunk::copy(text);
  text[0] = '-';
  EXPECT_EQ(chunk.text(), "some");
  Chunk nothing = Chunk::copy("");
  EXPECT_TRUE(nothing.empty());
}

}  // namespace
}  // namespace bowline
