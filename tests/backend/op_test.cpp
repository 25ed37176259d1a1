#include "bowline/backend/op.h"

#include "tests/support/answers.h"
#include "tests/support/deadline.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace bowline {
namespace {

using namespace testing;
using Kind = Op::Kind;

// Every kind of Op on every backend.
class OpTest : public ::testing::TestWithParam<const char*> {
 protected:
  // A listener of TCP at a port of its own.
  Handle listen_somewhere(const ListenOptions& options = {}) {
    address_ = Address::ipv4(0x7F000001, 0);
    Handle listener = backend_->listen(address_, options);
    EXPECT_GE(listener, 0);
    return listener;
  }
  // Asks `op` to end and gives its answer, which must be the only one.
  int cancelled_answer(Op& op) {
    EXPECT_FALSE(backend_->submit(op));
    EXPECT_TRUE(nothing_answered(*backend_));
    backend_->cancel(op);
    Op* answered = next_answer(*backend_);
    EXPECT_EQ(answered, &op);
    EXPECT_TRUE(nothing_answered(*backend_)) << "answered twice";
    return op.result;
  }
  // The same, but what `op` waits for comes just before and is taken by somebody else: the backend
  // has seen it, the answer has not been given.
  int cancelled_answer(Op& op, const std::function<void()>& come,
                       const std::function<void()>& take) {
    EXPECT_FALSE(backend_->submit(op));
    backend_->wait(Time());
    come();
    backend_->wait(backend_->now() + std::chrono::seconds(10));
    take();
    backend_->cancel(op);
    EXPECT_EQ(next_answer(*backend_, std::chrono::seconds(2)), &op);
    return op.result;
  }

  Deadline deadline_;
  std::unique_ptr<Backend> backend_ = make_backend(GetParam());
  Address address_;
};

// Sends until there is no more room.
void fill(Handle handle, Bytes bytes) {
  while (os::send_bytes(handle, bytes, MSG_DONTWAIT) > 0) continue;
}

INSTANTIATE_TEST_SUITE_P(On, OpTest, ::testing::ValuesIn(backend_names));

TEST_P(OpTest, receive_gives_what_has_come) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  pair.write("abc");
  Op first = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, first), 3);
  EXPECT_EQ(room, "abc-------");
}

TEST_P(OpTest, receive_waits_until_something_comes) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  Op op = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_->submit(op));
  EXPECT_TRUE(nothing_answered(*backend_));
  pair.write("late");
  EXPECT_EQ(next_answer(*backend_), &op);
  EXPECT_EQ(op.result, 4);
  EXPECT_TRUE(nothing_answered(*backend_));
}

TEST_P(OpTest, receive_takes_no_more_than_there_is_room_for) {
  SocketPair pair(*backend_);
  std::string room(4, '-');
  pair.write("abcdef");
  Op first = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, first), 4);
  EXPECT_EQ(room, "abcd");
  Op rest = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, rest), 2);
  EXPECT_EQ(room, "efcd");
}

TEST_P(OpTest, receive_without_memory_is_given_some_of_the_pool) {
  SocketPair pair(*backend_);
  Op op = receive_op(pair.near, {});
  EXPECT_FALSE(backend_->submit(op));
  EXPECT_TRUE(nothing_answered(*backend_));
  EXPECT_EQ(op.data, nullptr) << "a waiting receive holds memory";
  pair.write("pooled");
  EXPECT_EQ(next_answer(*backend_), &op);
  ASSERT_EQ(op.result, 6);
  Chunk chunk(*op.pool, op.data, 6);
  EXPECT_EQ(chunk.text(), "pooled");
}

TEST_P(OpTest, receive_gives_zero_at_the_end_again_and_again) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  pair.write("x");
  pair.far = {};
  Op data = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, data), 1);
  for (int round = 0; round < 3; ++round) {
    Op end = receive_op(pair.near, writable(room));
    EXPECT_EQ(answer_of(*backend_, end), 0);
    Op pooled_end = receive_op(pair.near, {});
    EXPECT_EQ(answer_of(*backend_, pooled_end), 0);
  }
}

TEST_P(OpTest, send_is_answered_when_all_is_sent) {
  SocketPair pair(*backend_);
  std::string big(4 << 20, '\0');
  for (std::size_t index = 0; index < big.size(); ++index) big[index] = char(index * 7 >> 3);
  std::string received;
  std::jthread reader([&] {
    while (received.size() < big.size()) received += pair.read(1 << 16);
  });
  Op op = send_op(pair.near, big);
  EXPECT_EQ(answer_of(*backend_, op), 0);
  reader.join();
  EXPECT_TRUE(received == big);
}

TEST_P(OpTest, send_to_a_peer_that_is_gone_is_a_broken_pipe_and_no_signal) {
  SocketPair pair(*backend_);
  pair.far = {};
  Op op = send_op(pair.near, "x");
  EXPECT_EQ(answer_of(*backend_, op), -EPIPE);
}

TEST_P(OpTest, send_and_receive_go_on_side_by_side) {
  SocketPair pair(*backend_);
  std::string big(4 << 20, 'x');
  std::string room(10, '-');
  Op sending = send_op(pair.near, big);
  Op receiving = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_->submit(sending));
  EXPECT_FALSE(backend_->submit(receiving));
  pair.write("in");
  EXPECT_EQ(next_answer(*backend_), &receiving);
  EXPECT_EQ(receiving.result, 2);
  backend_->cancel(sending);
  EXPECT_EQ(next_answer(*backend_), &sending);
}

TEST_P(OpTest, end_lets_the_peer_read_the_end_while_it_can_still_answer) {
  SocketPair pair(*backend_);
  Op op = op_on(Kind::end, pair.near);
  EXPECT_EQ(answer_of(*backend_, op), 0);
  EXPECT_EQ(pair.read(10), "");
  pair.write("answer");
  std::string room(10, '-');
  Op receiving = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, receiving), 6);
}

TEST_P(OpTest, accept_gives_connections_in_their_order_with_their_peers) {
  Handle listener = listen_somewhere();
  Address peers[3];
  os::FileDescriptor clients[3];
  for (os::FileDescriptor& client : clients) {
    client = os::FileDescriptor(os::open_socket(Family::ipv4, SOCK_STREAM));
    ASSERT_EQ(os::connect_to(client.get(), address_), 0);
  }
  for (int index = 0; index < 3; ++index) {
    Op op = op_on(Kind::accept, listener, &peers[index]);
    int handle = answer_of(*backend_, op);
    ASSERT_GE(handle, 0);
    Op sending = send_op(handle, std::to_string(index));
    EXPECT_EQ(answer_of(*backend_, sending), 0);
    char digit = 0;
    EXPECT_EQ(os::receive_bytes(clients[index].get(), {reinterpret_cast<std::byte*>(&digit), 1}),
              1);
    EXPECT_EQ(digit, '0' + index);
    Address local;
    backend_->local_address(handle, local);
    EXPECT_EQ(local, address_);
    EXPECT_EQ(peers[index].family(), Family::ipv4);
    backend_->close(handle);
  }
  backend_->close(listener);
}

TEST_P(OpTest, connect_ends_connected_or_refused) {
  Handle listener = listen_somewhere();
  Handle good = backend_->open(Family::ipv4);
  Op connecting = op_on(Kind::connect, good, &address_);
  EXPECT_EQ(answer_of(*backend_, connecting), 0);
  backend_->close(listener);
  Handle bad = backend_->open(Family::ipv4);
  Op refused = op_on(Kind::connect, bad, &address_);
  EXPECT_EQ(answer_of(*backend_, refused), -ECONNREFUSED);
  backend_->close(good);
  backend_->close(bad);
}

TEST_P(OpTest, poll_is_answered_when_a_descriptor_can_be_read_or_written) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Op reading = op_on(Kind::poll, ends[0]);
  EXPECT_FALSE(backend_->submit(reading));
  EXPECT_TRUE(nothing_answered(*backend_));
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(next_answer(*backend_), &reading);
  EXPECT_GE(reading.result, 0);
  Op again = op_on(Kind::poll, ends[0]);  // the byte is still there
  EXPECT_GE(answer_of(*backend_, again), 0);
  Op writing = op_on(Kind::poll, ends[1]);
  writing.for_writing = true;
  EXPECT_GE(answer_of(*backend_, writing), 0);
  for (int end : ends) backend_->close(end);
}

TEST_P(OpTest, poll_of_a_regular_file_is_answered_at_once) {
  int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  for (int round = 0; round < 3; ++round) {
    Op op = op_on(Kind::poll, file);
    EXPECT_GE(answer_of(*backend_, op), 0);
  }
  backend_->close(file);
}

TEST_P(OpTest, resolve_gives_the_addresses_of_a_name) {
  NameQuery names;
  names.host = "localhost";
  names.port = 80;
  Op op = op_on(Kind::resolve, no_handle);
  op.names = &names;
  EXPECT_EQ(answer_of(*backend_, op), 0);
  ASSERT_FALSE(names.addresses.empty());
  for (const Address& address : names.addresses) {
    EXPECT_TRUE(address.is_loopback());
    EXPECT_EQ(address.port(), 80);
  }
}

TEST_P(OpTest, of_a_handle_that_is_none_answers_with_an_error) {
  SocketPair pair(*backend_);
  Handle gone = pair.near;
  pair.close();
  std::string room(1, '-');
  Op op = receive_op(gone, writable(room));
  EXPECT_EQ(answer_of(*backend_, op), -EBADF);
}

TEST_P(OpTest, cancelled_receive_is_answered_once_and_takes_no_byte) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  Op op = receive_op(pair.near, writable(room));
  EXPECT_EQ(cancelled_answer(op), -ECANCELED);
  pair.write("kept");
  EXPECT_TRUE(nothing_answered(*backend_));
  EXPECT_EQ(room, "----------");
  Op next = receive_op(pair.near, writable(room));
  EXPECT_EQ(answer_of(*backend_, next), 4);
}

TEST_P(OpTest, cancelled_when_data_is_there_already_is_answered_once) {
  SocketPair pair(*backend_);
  std::string room(4, '-');
  for (int round = 0; round < 100; ++round) {
    Op op = receive_op(pair.near, writable(room));
    if (!backend_->submit(op)) {
      pair.write("data");
      if (round % 2) backend_->wait(backend_->now() + std::chrono::seconds(1));
      backend_->cancel(op);
      EXPECT_EQ(next_answer(*backend_), &op);
    }
    if (op.result == -ECANCELED) {
      Op rest = receive_op(pair.near, writable(room));
      EXPECT_EQ(answer_of(*backend_, rest), 4);
    } else {
      EXPECT_EQ(op.result, 4);
    }
    ASSERT_TRUE(nothing_answered(*backend_));
  }
}

TEST_P(OpTest, cancelled_twice_is_answered_once) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  Op op = receive_op(pair.near, writable(room));
  EXPECT_FALSE(backend_->submit(op));
  backend_->cancel(op);
  backend_->cancel(op);
  EXPECT_EQ(next_answer(*backend_), &op);
  EXPECT_EQ(op.result, -ECANCELED);
  EXPECT_TRUE(nothing_answered(*backend_)) << "answered twice";
}

TEST_P(OpTest, cancelled_send_is_answered_once) {
  SocketPair pair(*backend_);
  std::string big(4 << 20, 'x');
  Op op = send_op(pair.near, big);
  EXPECT_EQ(cancelled_answer(op), -ECANCELED);
}

TEST_P(OpTest, cancelled_accept_is_answered_once_and_loses_no_connection) {
  Handle listener = listen_somewhere();
  Op op = op_on(Kind::accept, listener);
  EXPECT_EQ(cancelled_answer(op), -ECANCELED);
  os::FileDescriptor client(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::connect_to(client.get(), address_), 0);
  Op next = op_on(Kind::accept, listener);
  int handle = answer_of(*backend_, next);
  EXPECT_GE(handle, 0);
  backend_->close(handle);
  backend_->close(listener);
}

TEST_P(OpTest, cancelled_accept_whose_connection_somebody_took_is_answered) {
  Handle listener = listen_somewhere();
  Op op = op_on(Kind::accept, listener);
  os::FileDescriptor client(os::open_socket(Family::ipv4, SOCK_STREAM));
  auto come = [&] { ASSERT_EQ(os::connect_to(client.get(), address_), 0); };
  auto take = [&] { os::FileDescriptor taken(os::accept_from(listener, nullptr, false)); };
  EXPECT_EQ(cancelled_answer(op, come, take), -ECANCELED);
  backend_->close(listener);
}

TEST_P(OpTest, cancelled_send_whose_room_somebody_took_is_answered) {
  SocketPair pair(*backend_);
  std::string text(1 << 20, 'x');
  fill(pair.near, text);
  Op op = send_op(pair.near, text);
  auto come = [&] { pair.read(text.size()); };
  EXPECT_EQ(cancelled_answer(op, come, [&] { fill(pair.near, text); }), -ECANCELED);
}

TEST_P(OpTest, cancelled_receive_whose_datagram_somebody_took_is_answered) {
  SocketPair pair(*backend_, SOCK_DGRAM);
  for (Kind kind : {Kind::receive_datagram, Kind::receive_datagrams}) {
    Datagram datagram;
    Op op = op_on(kind, pair.near);
    if (kind == Kind::receive_datagrams) op.incoming = &datagram;
    op.size = 1;
    std::byte room[8];
    auto take = [&] { os::receive_bytes(pair.near, room, MSG_DONTWAIT); };
    EXPECT_EQ(cancelled_answer(
                  op, [&] { pair.write("x"); }, take),
              -ECANCELED);
  }
}

TEST_P(OpTest, cancelled_connect_is_answered_once) {
  // The backlog is full and nobody accepts: the kernel drops what asks to come in.
  Handle listener = listen_somewhere({.backlog = 0});
  os::FileDescriptor first(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::connect_to(first.get(), address_), 0);
  Handle second = backend_->open(Family::ipv4);
  Op op = op_on(Kind::connect, second, &address_);
  EXPECT_EQ(cancelled_answer(op), -ECANCELED);
  backend_->close(second);
  backend_->close(listener);
}

TEST_P(OpTest, cancelled_poll_is_answered_once) {
  SocketPair pair(*backend_);
  Op op = op_on(Kind::poll, pair.near);
  EXPECT_EQ(cancelled_answer(op), -ECANCELED);
}

}  // namespace
}  // namespace bowline
