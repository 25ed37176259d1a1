#include "bowline/session/outbox.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using Put = Outbox::Put;

Put put(Outbox& outbox, std::string_view text) {
  return outbox.put(Message(Chunk::copy(text), MessageKind::text));
}

// Sends `count` messages, and gives their texts.
std::string send(Outbox& outbox, std::size_t count = 100) {
  std::string texts;
  for (; count > 0; --count) {
    const Message* message = outbox.next();
    if (!message) break;
    texts.append("[").append(message->text()).append("]");
    outbox.sent();
  }
  return texts;
}

Outbox outbox_of(std::size_t count_max, WhenFull when_full, bool until_acknowledged = false) {
  return Outbox({.count_max = count_max,
                 .size_max = 100,
                 .when_full = when_full,
                 .until_acknowledged = until_acknowledged});
}

void put_all(Outbox& outbox, std::initializer_list<std::string_view> texts) {
  for (std::string_view text : texts) put(outbox, text);
}

TEST(Outboxes, give_what_was_put_in_its_order_and_forget_what_was_sent) {
  Outbox outbox;
  EXPECT_EQ(put(outbox, "one"), Put::taken);
  EXPECT_EQ(put(outbox, "two"), Put::taken);
  EXPECT_EQ(outbox.last_number(), 2u);
  EXPECT_EQ(outbox.size(), 6u);
  EXPECT_EQ(send(outbox), "[one][two]");
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.size(), 0u);
  outbox.rewind();
  EXPECT_EQ(outbox.next(), nullptr);
}

TEST(Outboxes, give_again_what_was_on_its_way_when_the_connection_went) {
  Outbox outbox;
  put_all(outbox, {"one", "two"});
  send(outbox, 1);
  EXPECT_EQ(outbox.next()->text(), "two");
  outbox.rewind();
  EXPECT_EQ(send(outbox), "[two]");
}

TEST(Outboxes, give_again_what_was_not_acknowledged) {
  Outbox outbox = outbox_of(10, WhenFull::wait, true);
  put_all(outbox, {"1", "2", "3", "4"});
  EXPECT_EQ(send(outbox, 3), "[1][2][3]");
  outbox.acknowledge(1);
  EXPECT_EQ(outbox.count(), 3u);
  outbox.rewind();
  EXPECT_EQ(send(outbox, 2), "[2][3]");
  outbox.acknowledge(2);
  outbox.acknowledge(1);  // late
  EXPECT_EQ(send(outbox), "[4]");
  outbox.acknowledge(4);
  EXPECT_TRUE(outbox.empty());
}

TEST(Outboxes, take_no_acknowledgement_for_what_was_not_sent) {
  Outbox outbox = outbox_of(10, WhenFull::wait, true);
  put_all(outbox, {"1", "2"});
  outbox.acknowledge(2);
  EXPECT_EQ(send(outbox, 1), "[1]");
  outbox.acknowledge(99);
  EXPECT_EQ(outbox.count(), 1u);
  EXPECT_EQ(send(outbox), "[2]");
}

TEST(Outboxes, keep_what_is_lent_though_it_is_acknowledged) {
  Outbox outbox = outbox_of(10, WhenFull::wait, true);
  put_all(outbox, {"1", "2"});
  const Message* lent = outbox.next();
  outbox.acknowledge(1);
  EXPECT_EQ(lent->text(), "1");
  outbox.sent();
  EXPECT_EQ(outbox.count(), 1u);
  EXPECT_EQ(send(outbox), "[2]");
}

TEST(Outboxes, leave_alone_what_has_to_wait) {
  Outbox outbox = outbox_of(1, WhenFull::wait);
  put(outbox, "one");
  Message message(Chunk::copy("two"), MessageKind::text);
  EXPECT_EQ(outbox.put(std::move(message)), Put::full);
  EXPECT_EQ(message.text(), "two");
  send(outbox);
  EXPECT_EQ(outbox.put(std::move(message)), Put::taken);
  EXPECT_EQ(outbox.dropped(), 0u);
}

TEST(Outboxes, drop_the_oldest_that_were_never_sent) {
  Outbox outbox = outbox_of(3, WhenFull::drop_oldest, true);
  put_all(outbox, {"1", "2", "3"});
  send(outbox, 1);
  EXPECT_EQ(put(outbox, "4"), Put::taken);
  EXPECT_EQ(outbox.dropped(), 1u);
  outbox.rewind();
  EXPECT_EQ(send(outbox), "[1][3][4]");
  // All were sent: the peer may know of them.
  EXPECT_EQ(put(outbox, "5"), Put::dropped);
}

TEST(Outboxes, drop_as_many_as_a_large_message_needs) {
  Outbox outbox = outbox_of(10, WhenFull::drop_oldest);
  put_all(outbox, {std::string(40, 'a'), std::string(40, 'b'), std::string(10, 'c')});
  EXPECT_EQ(put(outbox, std::string(90, 'd')), Put::taken);
  EXPECT_EQ(outbox.dropped(), 2u);
  EXPECT_EQ(outbox.size(), 100u);
}

TEST(Outboxes, drop_nothing_in_vain) {
  for (WhenFull rule : {WhenFull::drop_oldest, WhenFull::keep_latest}) {
    Outbox outbox = outbox_of(10, rule, true);
    put_all(outbox, {std::string(40, 'a'), "b", "c"});
    send(outbox, 1);
    EXPECT_EQ(put(outbox, std::string(61, 'd')), Put::dropped);
    EXPECT_EQ(outbox.dropped(), 1u);
    EXPECT_EQ(send(outbox), "[b][c]");
    outbox.acknowledge(1);
    EXPECT_EQ(put(outbox, std::string(98, 'd')), Put::taken);
  }
}

TEST(Outboxes, drop_the_newest) {
  Outbox outbox = outbox_of(2, WhenFull::drop_newest);
  put_all(outbox, {"1", "2"});
  EXPECT_EQ(put(outbox, "3"), Put::dropped);
  EXPECT_EQ(outbox.dropped(), 1u);
  EXPECT_EQ(send(outbox), "[1][2]");
}

TEST(Outboxes, keep_only_the_latest_when_that_is_what_counts) {
  Outbox outbox = outbox_of(3, WhenFull::keep_latest);
  put_all(outbox, {"1", "2", "3", "4"});
  EXPECT_EQ(outbox.dropped(), 3u);
  EXPECT_EQ(send(outbox), "[4]");
}

TEST(Outboxes, say_when_a_limit_is_the_end) {
  Outbox outbox = outbox_of(1, WhenFull::close);
  put(outbox, "1");
  EXPECT_EQ(put(outbox, "2"), Put::closed);
}

TEST(Outboxes, refuse_what_never_fits) {
  for (WhenFull rule : {WhenFull::wait, WhenFull::drop_oldest, WhenFull::close}) {
    Outbox outbox = outbox_of(10, rule);
    EXPECT_EQ(put(outbox, std::string(101, 'a')), Put::too_big);
    EXPECT_EQ(outbox.dropped(), 0u);
  }
}

}  // namespace
}  // namespace bowline
