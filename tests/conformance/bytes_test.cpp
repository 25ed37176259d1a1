#include "tests/conformance/conformance.h"

#include <random>

namespace bowline::conformance {
namespace {

class Bytes : public Conformance {};

INSTANTIATE_TEST_SUITE_P(Over, Bytes, ::testing::ValuesIn(settings()), setting_name);

Task<> write_in_random_sizes(Stream& stream, const std::string& text, unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t done = 0; done < text.size();) {
    std::size_t size =
        std::min<std::size_t>(1 + random() % (1u << random() % 17), text.size() - done);
    co_await stream.write_all(bowline::Bytes(text.data() + done, size));
    done += size;
    if (random() % 4 == 0) co_await yield();
  }
  co_await stream.write_end();
}

Task<> read_in_random_ways(Stream& stream, std::string& text, unsigned seed) {
  std::mt19937 random(seed);
  std::string room(1 << 16, '\0');
  for (;;) {
    std::size_t before = text.size();
    if (random() % 2) {
      Chunk chunk = co_await stream.read_some();
      text += chunk.text();
    } else {
      std::size_t wish = 1 + random() % (1u << random() % 17);
      std::size_t size = co_await stream.read_some(writable(room).first(wish));
      text.append(room, 0, size);
    }
    if (text.size() == before) co_return;
    if (random() % 4 == 0) co_await yield();
  }
}

Task<> both_ways(Scope& scope, Link* link, const std::string* text, std::string* to,
                 unsigned seed) {
  scope.start(write_in_random_sizes(link->left, *text, seed));
  scope.start(write_in_random_sizes(link->right, *text, seed + 1));
  scope.start(read_in_random_ways(link->left, to[0], seed + 2));
  scope.start(read_in_random_ways(link->right, to[1], seed + 3));
  co_return;
}

TEST_P(Bytes, arrive_all_and_in_order_both_ways_at_once_in_whatever_sizes) {
  if (!setting().plain) GTEST_SKIP() << "who has ended gets nothing more";
  auto body = [](const Setting& how, Network network, unsigned seed) -> Task<> {
    Link link = co_await how.link(network);
    std::string text = pattern(300'000);
    std::string received[2];
    co_await with_scope(both_ways, &link, &text, received, seed);
    EXPECT_TRUE(received[0] == text) << "to the left, seed " << seed;
    EXPECT_TRUE(received[1] == text) << "to the right, seed " << seed;
  };
  for (unsigned seed = 1; seed <= 10; ++seed) run(body(setting(), world_->network(), seed));
}

Task<> write_and_end(Stream& stream, const std::string& text) {
  co_await stream.write_all(text);
  co_await stream.write_end();
}

Task<> read_slowly(Stream& stream, std::string& text) {
  std::string room(1000, '\0');
  for (;;) {
    std::size_t size = co_await stream.read_some(writable(room));
    if (size == 0) co_return;
    text.append(room, 0, size);
    for (int turn = 0; turn < 3; ++turn) co_await yield();
  }
}

TEST_P(Bytes, of_a_mebibyte_arrive_at_a_slow_reader) {
  auto slow = [](Scope& scope, Stream* left, Stream* right, const std::string* text) -> Task<> {
    scope.start(write_and_end(*left, *text));
    std::string received;
    co_await read_slowly(*right, received);
    EXPECT_TRUE(received == *text);
  };
  auto body = [](const Setting& how, Network network, auto reading) -> Task<> {
    Link link = co_await how.link(network);
    std::string text = pattern(1 << 20);
    co_await with_scope(reading, &link.left, &link.right, &text);
  };
  run(body(setting(), world_->network(), slow));
}

Task<> end(Stream& stream) {
  co_await stream.write_end();
}

TEST_P(Bytes, one_at_a_time_arrive) {
  auto reader = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    scope.start(end(*left));
    for (int value = 0; value < 256; ++value) {
      std::string byte(1, static_cast<char>(value));
      scope.start(write(*right, byte));
      std::string room(10, '\0');
      EXPECT_EQ(co_await left->read_some(writable(room)), 1u);
      EXPECT_EQ(room[0], byte[0]);
      co_await yield();
    }
    EXPECT_TRUE((co_await right->read_some()).empty());
  };
  auto body = [](const Setting& how, Network network, auto reading) -> Task<> {
    Link link = co_await how.link(network);
    co_await with_scope(reading, &link.left, &link.right);
  };
  run(body(setting(), world_->network(), reader));
}

// Two ends that answer each other: neither ever waits without the other having something to do.
Task<> answer(Stream& stream) {
  std::string room(64, '\0');
  while (co_await stream.read_some(writable(room)) > 0) {
    co_await stream.write_all(bowline::Bytes(room.data(), 64));
  }
  co_await stream.write_end();
}

TEST_P(Bytes, go_to_and_fro_ten_thousand_times) {
  auto asking = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    scope.start(answer(*right));
    std::string ball = pattern(64);
    std::string back(64, '\0');
    for (int round = 0; round < 10'000; ++round) {
      ball[0] = static_cast<char>(round);
      co_await left->write_all(ball);
      co_await left->read_exactly(writable(back));
      if (ball != back) ADD_FAILURE() << "in round " << round;
    }
    co_await left->write_end();
    EXPECT_TRUE((co_await left->read_some()).empty());
  };
  auto body = [](const Setting& how, Network network, auto talking) -> Task<> {
    Link link = co_await how.link(network);
    co_await with_scope(talking, &link.left, &link.right);
  };
  run(body(setting(), world_->network(), asking));
}

}  // namespace
}  // namespace bowline::conformance
