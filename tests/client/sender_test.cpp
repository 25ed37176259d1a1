#include "bowline/client/sender.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr int thread_count = 4;
constexpr int message_count = 500;

// What a client does with its mail, and no more.
class MailBox {
 public:
  MailBox(Network network, const OutboxOptions& options)
      : outbox_(options),
        mail_(std::make_shared<SenderMail>(network, "tcp://there:1", options, [this] {
          mail_->deliver_to(outbox_);
          take_all();
        })) {}
  ~MailBox() { mail_->end("the client is gone"); }

  Sender sender() { return Sender(mail_); }
  std::vector<std::string> texts;

 private:
  void take_all() {
    while (const Message* message = outbox_.next()) {
      texts.emplace_back(message->text());
      outbox_.sent();
    }
  }

  Outbox outbox_;
  std::shared_ptr<SenderMail> mail_;
};

class SenderTest : public testing::LoopTest {};

Task<> wait_for(MailBox* box, std::size_t count) {
  while (box->texts.size() < count) co_await sleep(1ms);
}

Task<> nothing() {
  co_return;
}

TEST_F(SenderTest, brings_what_many_threads_send_in_the_order_of_each) {
  MailBox box(network_, {.count_max = thread_count * message_count});
  std::vector<std::thread> threads;
  for (int index = 0; index < thread_count; ++index) {
    threads.emplace_back([sender = box.sender(), index] {
      for (int number = 1000; number < 1000 + message_count; ++number) {
        sender.send(std::to_string(index) + std::to_string(number));
      }
    });
  }
  run(wait_for(&box, thread_count * message_count));
  for (std::thread& thread : threads) thread.join();
  std::string last[thread_count];
  for (const std::string& text : box.texts) {
    std::string& before = last[text[0] - '0'];
    EXPECT_LT(before, text);
    before = text;
  }
}

TEST_F(SenderTest, says_that_the_client_is_gone_and_never_dangles) {
  std::optional<MailBox> box(std::in_place, network_, OutboxOptions());
  Sender sender = box->sender();
  sender.send("unread");
  std::atomic<bool> gone = false;
  std::thread thread([sender, &gone] {
    while (!gone) {
      Result<void> sent = attempt([&] { sender.send("more"); });
      if (!sent && sent.error().is(std::errc::not_connected)) gone = true;
    }
  });
  box.reset();
  thread.join();
  Result<void> sent = attempt([&] { sender.send("late"); });
  EXPECT_TRUE(sent.error().is(std::errc::not_connected));
  EXPECT_NE(std::string(sent.error().what()).find("send to tcp://there:1: "), std::string::npos);
  EXPECT_NE(std::string(sent.error().what()).find("the client is gone"), std::string::npos);
  run(nothing());  // what was posted for the client finds it gone
}

TEST_F(SenderTest, refuses_what_the_client_has_no_room_for) {
  MailBox box(network_, {.count_max = 2, .size_max = 10});
  Sender sender = box.sender();
  Result<void> big = attempt([&] { sender.send("eleven byte"); });
  EXPECT_TRUE(big.error().is(std::errc::message_size));
  sender.send("one");
  sender.send("two");
  Result<void> third = attempt([&] { sender.send("three"); });
  EXPECT_TRUE(third.error().is(std::errc::no_buffer_space));
  run(wait_for(&box, 2));
  EXPECT_EQ(box.texts, (std::vector<std::string>{"one", "two"}));
  sender.send("three");
}

TEST_F(SenderTest, keeps_what_the_outbox_has_no_room_for) {
  OutboxOptions options{.count_max = 1};
  auto shared = std::make_shared<SenderMail>(network_, "", OutboxOptions{.count_max = 3}, [] {});
  for (const char* text : {"1", "2", "3"}) Sender(shared).send(text);
  Outbox outbox(options);
  EXPECT_TRUE(shared->deliver_to(outbox));
  EXPECT_EQ(outbox.count(), 1u);
  outbox.next();
  outbox.sent();
  EXPECT_TRUE(shared->deliver_to(outbox));
  EXPECT_EQ(outbox.next()->text(), "2");
  Outbox strict({.count_max = 1, .when_full = WhenFull::close});
  EXPECT_TRUE(shared->deliver_to(strict));
  Sender(shared).send("4");
  EXPECT_FALSE(shared->deliver_to(strict));
  shared->end("");
  run(nothing());
}

}  // namespace
}  // namespace bowline
