#include "bowline/backend/message_io.h"

#include "bowline/backend/datagram.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>

namespace bowline {
namespace {

class MessageIoTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(os::open_pair(SOCK_DGRAM, left_, right_), 0); }

  int send(std::span<const Outgoing> batch) {
    Op op;
    op.kind = Op::Kind::send_datagrams;
    op.handle = left_.get();
    op.outgoing = batch.data();
    op.size = batch.size();
    return messages_.send(op) ? op.result : -EINPROGRESS;
  }
  int receive(std::span<Datagram> into) {
    Op op;
    op.kind = Op::Kind::receive_datagrams;
    op.handle = right_.get();
    op.incoming = into.data();
    op.size = into.size();
    return messages_.receive(op, drained_) ? op.result : -EINPROGRESS;
  }

  os::FileDescriptor left_;
  os::FileDescriptor right_;
  MessageIo messages_;
  bool drained_ = false;
};

TEST_F(MessageIoTest, nothing_to_read_is_no_answer) {
  Datagram one[1];
  EXPECT_EQ(receive(one), -EINPROGRESS);
}

TEST_F(MessageIoTest, a_batch_is_what_is_there_and_fits) {
  Outgoing sent[] = {{"one", {}, 0}, {"", {}, 0}, {"three", {}, 0}};
  EXPECT_EQ(send(sent), 0);
  Datagram got[2];
  EXPECT_EQ(receive(got), 2);
  EXPECT_FALSE(drained_);
  EXPECT_EQ(got[0].data.text(), "one");
  EXPECT_TRUE(got[1].data.empty());
  EXPECT_EQ(receive(got), 1);
  EXPECT_TRUE(drained_);
  EXPECT_EQ(got[0].data.text(), "three");
}

TEST_F(MessageIoTest, memory_is_lent_until_it_is_given_back_and_then_used_again) {
  Outgoing sent[] = {{"text", {}, 0}};
  const std::byte* first = nullptr;
  for (int round = 0; round < 5; ++round) {
    send(sent);
    Datagram got[1];
    ASSERT_EQ(receive(got), 1);
    if (round == 0) first = got[0].data.bytes().data();
    EXPECT_EQ(got[0].data.bytes().data(), first);
  }
}

TEST_F(MessageIoTest, a_full_queue_is_no_answer_unless_it_is_asked_for) {
  Outgoing sent[] = {{"text", {}, 0}};
  int result = 0;
  for (int count = 0; count < 100'000 && result >= 0; ++count) result = send(sent);
  EXPECT_EQ(result, -EINPROGRESS);
  Op op;
  op.kind = Op::Kind::send_datagrams;
  op.handle = left_.get();
  op.outgoing = sent;
  op.size = 1;
  op.at_once = true;
  EXPECT_TRUE(messages_.send(op));
  EXPECT_EQ(op.result, -EAGAIN);
}

TEST_F(MessageIoTest, one_for_messages_may_be_empty) {
  Outgoing sent[] = {{"", {}, 0}};
  EXPECT_EQ(send(sent), 0);
  Op op;
  op.handle = right_.get();
  op.empty_counts = true;
  EXPECT_TRUE(messages_.receive_one(op));
  EXPECT_EQ(op.result, 0);
  EXPECT_FALSE(op.pooled);
}

TEST_F(MessageIoTest, one_for_a_stream_passes_over_empty_ones) {
  Outgoing sent[] = {{"", {}, 0}, {"", {}, 0}, {"text", {}, 0}, {"too long", {}, 0}};
  EXPECT_EQ(send(sent), 0);
  Op op;
  op.handle = right_.get();
  EXPECT_TRUE(messages_.receive_one(op));
  ASSERT_EQ(op.result, 4);
  Chunk chunk(*op.pool, op.data, 4);
  EXPECT_EQ(chunk.text(), "text");
  char room[4];
  Op lent;
  lent.handle = right_.get();
  lent.data = reinterpret_cast<std::byte*>(room);
  lent.size = sizeof room;
  EXPECT_TRUE(messages_.receive_one(lent));
  EXPECT_EQ(lent.result, -EMSGSIZE);
}

}  // namespace
}  // namespace bowline
