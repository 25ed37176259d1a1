#include "bowline/backend/epoll_backend.h"

#include "tests/support/answers.h"
#include "tests/support/deadline.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Kind = Op::Kind;

// What an edge triggered backend can get wrong: it must remember what the kernel says only once.
class EpollBackendTest : public ::testing::Test {
 protected:
  // Reads until `size` bytes came, or an answer fails to.
  std::string receive_all(Handle handle, std::size_t size, std::size_t piece) {
    std::string received;
    std::string room(piece, '\0');
    while (received.size() < size) {
      Op op = receive_op(handle, writable(room));
      int result = answer_of(backend_, op);
      if (result <= 0) return received + "<" + std::to_string(result) + ">";
      received.append(room, 0, static_cast<std::size_t>(result));
    }
    return received;
  }

  Deadline deadline_;
  EpollBackend backend_{Duration()};
};

TEST_F(EpollBackendTest, finds_what_came_after_a_short_read) {
  SocketPair pair(backend_);
  std::mt19937 random(11);
  std::string room(100, '-');
  for (int round = 0; round < 2000; ++round) {
    std::string text(1 + random() % 150, 'x');
    bool early = random() % 2;
    if (early) pair.write(text);
    Op op = receive_op(pair.near, writable(room));
    bool answered = backend_.submit(op);
    if (!early) pair.write(text);
    if (!answered) {
      ASSERT_EQ(next_answer(backend_), &op);
    }
    ASSERT_GT(op.result, 0);
    std::size_t rest = text.size() - static_cast<std::size_t>(op.result);
    ASSERT_EQ(receive_all(pair.near, rest, 100).size(), rest);
  }
}

TEST_F(EpollBackendTest, finds_the_end_that_came_with_the_last_bytes) {
  for (std::size_t size : {1, 9, 10, 11, 20}) {
    SocketPair pair(backend_);
    std::string room(10, '-');
    Op first = receive_op(pair.near, writable(room));
    EXPECT_FALSE(backend_.submit(first));
    pair.write(std::string(size, 'x'));
    pair.far = {};
    ASSERT_EQ(next_answer(backend_), &first);
    std::size_t rest = size - static_cast<std::size_t>(first.result);
    EXPECT_EQ(receive_all(pair.near, rest, 10).size(), rest);
    Op end = receive_op(pair.near, writable(room));
    EXPECT_EQ(answer_of(backend_, end), 0) << "after " << size << " bytes";
  }
}

TEST_F(EpollBackendTest, finds_the_end_that_came_after_a_short_read) {
  SocketPair pair(backend_);
  std::string room(10, '-');
  pair.write("x");
  EXPECT_EQ(receive_all(pair.near, 1, 10), "x");
  pair.far = {};
  Op end = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(backend_, end), 0);
}

// The kernel ends a read at the descriptors that travel with some of the bytes, though more are
// there: on Unix sockets a short read does not mean drained (unix(7)).
TEST_F(EpollBackendTest, finds_the_bytes_behind_those_that_carried_descriptors) {
  SocketPair pair(backend_);
  int passed[] = {pair.far.get()};
  std::vector<Handle> handles;
  std::string room(100, '-');
  Op first = receive_op(pair.near, writable(room));
  first.handles = &handles;
  EXPECT_FALSE(backend_.submit(first));
  for (int count = 0; count < 3; ++count) os::send_with_handles(pair.far.get(), "a", passed);
  pair.write("b");
  ASSERT_EQ(next_answer(backend_), &first);
  std::string received(room, 0, static_cast<std::size_t>(first.result));
  while (received.size() < 4) {
    Op op = receive_op(pair.near, writable(room));
    op.handles = &handles;
    ASSERT_GT(answer_of(backend_, op), 0) << "stuck after " << received;
    received.append(room, 0, static_cast<std::size_t>(op.result));
  }
  EXPECT_EQ(received, "aaab");
  EXPECT_EQ(handles.size(), 3u);
  for (Handle handle : handles) ::close(handle);
}

TEST_F(EpollBackendTest, finds_the_bytes_behind_descriptors_that_nobody_asked_for) {
  for (bool pooled : {false, true}) {
    SocketPair pair(backend_);
    int passed[] = {pair.far.get()};
    std::string room(100, '-');
    std::size_t received = 0;
    for (int round = 0; received < 4; ++round) {
      Op op = receive_op(pair.near, pooled ? MutableBytes() : writable(room));
      bool answered = backend_.submit(op);
      if (round == 0) {
        EXPECT_FALSE(answered);
        for (int count = 0; count < 3; ++count) os::send_with_handles(pair.far.get(), "a", passed);
        pair.write("b");
      }
      if (!answered) {
        ASSERT_EQ(next_answer(backend_), &op) << "stuck after " << received << " bytes";
      }
      ASSERT_GT(op.result, 0);
      received += static_cast<std::size_t>(op.result);
      if (pooled) Chunk(*op.pool, op.data, static_cast<std::size_t>(op.result));
    }
  }
}

TEST_F(EpollBackendTest, finds_room_for_sending_each_time_the_peer_has_read) {
  SocketPair pair(backend_);
  std::string big(1 << 20, 'x');
  for (int round = 0; round < 5; ++round) {
    Op op = send_op(pair.near, big);
    ASSERT_FALSE(backend_.submit(op));
    EXPECT_TRUE(nothing_answered(backend_));
    std::jthread reader([&] {
      for (std::size_t left = big.size(); left > 0;) left -= pair.read(left).size();
    });
    ASSERT_EQ(next_answer(backend_), &op);
    EXPECT_EQ(op.result, 0);
  }
}

// The kernel ends a read at the mark of urgent data as well (tcp(7)).
TEST_F(EpollBackendTest, finds_the_bytes_behind_urgent_data) {
  Address address = Address::ipv4(0x7F000001, 0);
  Handle listener = backend_.listen(address, {});
  os::FileDescriptor client(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::connect_to(client.get(), address), 0);
  Op accepting = op_on(Kind::accept, listener);
  Handle handle = answer_of(backend_, accepting);
  ASSERT_GE(handle, 0);
  for (int round = 0; round < 100; ++round) {
    std::string room(100, '-');
    Op op = receive_op(handle, writable(room));
    EXPECT_FALSE(backend_.submit(op));
    os::send_bytes(client.get(), "ab");
    os::send_bytes(client.get(), "!", MSG_OOB);
    os::send_bytes(client.get(), "cd");
    ASSERT_EQ(next_answer(backend_), &op);
    std::string received(room, 0, static_cast<std::size_t>(op.result));
    received += receive_all(handle, 4 - received.size(), 100);
    ASSERT_EQ(received, "abcd") << "in round " << round;
  }
  backend_.close(handle);
  backend_.close(listener);
}

// Both sockets have an event in one wait; handling the first closes the second, and its number is
// given to a third.
TEST_F(EpollBackendTest, does_not_take_an_event_of_a_closed_socket_for_its_successor) {
  SocketPair pairs[] = {SocketPair(backend_), SocketPair(backend_)};
  std::string room(10, '-');
  Op ops[] = {receive_op(pairs[0].near, writable(room)), receive_op(pairs[1].near, writable(room))};
  for (Op& op : ops) EXPECT_FALSE(backend_.submit(op));
  for (SocketPair& pair : pairs) pair.write("x");
  backend_.wait(backend_.now() + 1s);
  Op* first = backend_.next();
  ASSERT_NE(first, nullptr);
  std::size_t second = first == &ops[0] ? 1 : 0;
  backend_.cancel(ops[second]);
  Handle number = pairs[second].near;
  pairs[second].close();

  Address address = Address::ipv4(0x7F000001, 0);
  Handle listener = backend_.open(Family::ipv4);
  ASSERT_EQ(listener, number) << "the number was not given again";
  EXPECT_EQ(os::bind_to(listener, address), 0);
  EXPECT_EQ(os::listen_on(listener, 1), 0);
  Op accepting = op_on(Kind::accept, listener);
  EXPECT_FALSE(backend_.submit(accepting));
  EXPECT_EQ(backend_.next(), &ops[second]);
  EXPECT_TRUE(nothing_answered(backend_));
  backend_.cancel(accepting);
  EXPECT_EQ(next_answer(backend_), &accepting);
  backend_.close(listener);
}

// A copy of the descriptor, as a child process would have it, keeps the closed socket in epoll.
// What happens there must not look like the end of its successor's connecting.
TEST_F(EpollBackendTest, is_not_confused_by_a_closed_socket_that_lives_on_elsewhere) {
  SocketPair old(backend_);
  old.write("x");
  EXPECT_EQ(receive_all(old.near, 1, 10), "x");
  os::FileDescriptor copy(::fcntl(old.near, F_DUPFD_CLOEXEC, 100));
  Address address = Address::ipv4(0x7F000001, 0);
  Handle full = backend_.listen(address, {.backlog = 0});
  os::FileDescriptor only(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::connect_to(only.get(), address), 0);
  Handle number = old.near;
  old.close();
  Handle fresh = backend_.open(Family::ipv4);
  ASSERT_EQ(fresh, number) << "the number was not given again";
  Op connecting = op_on(Kind::connect, fresh, &address);
  EXPECT_FALSE(backend_.submit(connecting));
  old.write("for the old one");
  EXPECT_TRUE(nothing_answered(backend_));
  EXPECT_TRUE(nothing_answered(backend_));
  backend_.cancel(connecting);
  EXPECT_EQ(next_answer(backend_), &connecting);
  EXPECT_EQ(connecting.result, -ECANCELED);
  backend_.close(fresh);
  backend_.close(full);
}

TEST_F(EpollBackendTest, takes_one_op_a_direction_at_a_time) {
  SocketPair pair(backend_);
  std::string room(10, '-');
  Op first = receive_op(pair.near, writable(room));
  Op second = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_.submit(first));
  EXPECT_DEATH(backend_.submit(second), "check failed");
  backend_.cancel(first);
  EXPECT_EQ(next_answer(backend_), &first);
}

TEST_F(EpollBackendTest, does_not_close_what_has_an_op_under_way) {
  SocketPair pair(backend_);
  std::string room(10, '-');
  Op op = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_.submit(op));
  EXPECT_DEATH(backend_.close(pair.near), "check failed");
  backend_.cancel(op);
  EXPECT_EQ(next_answer(backend_), &op);
}

TEST_F(EpollBackendTest, answers_an_op_on_no_handle_with_an_error) {
  for (Kind kind : {Kind::receive, Kind::send, Kind::accept, Kind::poll, Kind::end}) {
    Op op = op_on(kind, no_handle);
    EXPECT_EQ(answer_of(backend_, op), -EBADF);
  }
}

// Descriptors that the program opened itself may block; the loop must not.
TEST_F(EpollBackendTest, does_not_block_on_descriptors_that_do) {
  SocketPair pair(backend_);
  os::set_nonblocking(pair.near, false);
  std::vector<Handle> handles = {pair.near};
  std::string room(10, '-');
  Op receiving = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_.submit(receiving));
  backend_.cancel(receiving);
  EXPECT_EQ(next_answer(backend_), &receiving);
  std::vector<Handle> received;
  Op with_handles = receive_op(pair.near, writable(room));
  with_handles.handles = &received;
  EXPECT_FALSE(backend_.submit(with_handles));
  EXPECT_TRUE(nothing_answered(backend_));
  backend_.cancel(with_handles);
  EXPECT_EQ(next_answer(backend_), &with_handles);
  std::string big(4 << 20, 'x');
  Op sending = send_op(pair.near, big);
  sending.handles = &handles;
  EXPECT_FALSE(backend_.submit(sending));
  backend_.cancel(sending);
  EXPECT_EQ(next_answer(backend_), &sending);
}

}  // namespace
}  // namespace bowline
