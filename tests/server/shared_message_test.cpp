#include "bowline/server/shared_message.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

TEST(SharedMessages, lie_in_one_place_for_all_that_send_them) {
  std::string text = "hello";
  SharedMessage::Pointer shared = SharedMessage::copy(text);
  text.clear();
  Message one = shared->message();
  Message two = shared->message();
  EXPECT_EQ(one.text(), "hello");
  EXPECT_TRUE(one.is_text());
  EXPECT_EQ(one.bytes().data(), two.bytes().data());
}

TEST(SharedMessages, last_as_long_as_anybody_has_them) {
  SharedMessage::Pointer shared = SharedMessage::copy(Bytes(std::string_view("hello")));
  Message message = shared->message();
  shared.reset();
  EXPECT_EQ(message.text(), "hello");
  EXPECT_EQ(message.kind(), MessageKind::binary);
}

TEST(SharedMessages, may_be_empty_and_are_no_end) {
  Message message = SharedMessage::copy("")->message();
  EXPECT_TRUE(message);
  EXPECT_EQ(message.size(), 0u);
}

TEST(SharedMessages, are_let_go_on_any_thread) {
  SharedMessage::Pointer shared = SharedMessage::copy("hello");
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    std::vector<Message> messages;
    for (int count = 0; count < 100; ++count) messages.push_back(shared->message());
    threads.emplace_back([mine = std::move(messages)]() mutable { mine.clear(); });
  }
  shared.reset();
}

}  // namespace
}  // namespace bowline
