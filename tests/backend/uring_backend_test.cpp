#include "bowline/backend/uring_backend.h"

#include "bowline/loop/loop.h"
#include "bowline/net/network.h"
#include "bowline/net/run.h"
#include "bowline/task/scope.h"
#include "tests/support/deadline.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <vector>

namespace bowline {
namespace {

// From now on this process is refused io_uring, as in many containers.
void refuse_rings() {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{4, rules};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(3);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(3);
}

TEST(UringBackend, is_the_first_choice_and_epoll_where_it_is_refused) {
  testing::Deadline deadline;
  pid_t child = ::fork();
  if (child == 0) {
    refuse_rings();
    bool fell_back = make_backend({})->name() == "epoll";
    ::_exit(fell_back ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// More connections hold what they received than the ring has buffers.
Task<> hold_many(Network network, std::size_t count) {
  Listener listener = network.listen(Address::ipv4(0x7F000001, 0));
  std::vector<Stream> streams;
  std::vector<Chunk> held;
  for (std::size_t index = 0; index < count; ++index) {
    Stream client = co_await network.connect(listener.local_address());
    Stream server = co_await listener.accept();
    std::string text = std::to_string(index);
    co_await client.write_all(text);
    Chunk chunk = co_await server.read_some();
    held.push_back(std::move(chunk));
    streams.push_back(std::move(client));
    streams.push_back(std::move(server));
  }
  for (std::size_t index = 0; index < count; ++index) {
    EXPECT_EQ(held[index].text(), std::to_string(index));
  }
}

TEST(UringBackend, goes_on_receiving_when_all_buffers_of_the_ring_are_held) {
  testing::Deadline deadline;
  std::unique_ptr<Loop> loop = make_loop("io_uring");
  if (loop->backend().name() != "io_uring") GTEST_SKIP() << "io_uring is not allowed here";
  loop->run(hold_many(Network(*loop), RingPool::count_max + 100));
}

// Two connections to which something came at the same time.
class TwoAtOnce : public ::testing::Test {
 protected:
  struct Connection {
    int end = -1;
    int peer = -1;
    Op receive;
    Op send;
  };

  void SetUp() override {
    if (!backend_) GTEST_SKIP() << "io_uring is not allowed here";
    for (Connection& connection : both_) {
      int ends[2];
      ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
      connection.end = ends[0];
      connection.peer = ends[1];
      connection.receive.handle = connection.send.handle = connection.end;
      connection.send.kind = Op::Kind::send;
      ASSERT_EQ(::write(connection.peer, "x", 1), 1);
      ASSERT_FALSE(backend_->submit(connection.receive));
    }
    backend_->wait(never);
    ASSERT_EQ(backend_->next(), &both_[0].receive);
  }

  void TearDown() override {
    for (Connection& connection : both_) {
      if (connection.receive.pooled) connection.receive.pool->give_back(connection.receive.data);
      ::close(connection.end);
      ::close(connection.peer);
    }
  }

  bool send(Connection& connection, Bytes bytes) {
    connection.send.data = const_cast<std::byte*>(bytes.data());
    connection.send.size = bytes.size();
    return backend_->submit(connection.send);
  }

  Op* wait_for_next() {
    Op* op = nullptr;
    while (!op) {
      backend_->wait(never);
      op = backend_->next();
    }
    return op;
  }

  // Reads what there is for the peer, without waiting; gives how much.
  static std::size_t drain(Connection& connection) {
    std::vector<char> room(1 << 20);
    std::size_t drained = 0;
    for (;;) {
      ssize_t size = ::recv(connection.peer, room.data(), room.size(), MSG_DONTWAIT);
      if (size <= 0) return drained;
      drained += static_cast<std::size_t>(size);
    }
  }

  void send_much_to_the_first() {
    ASSERT_FALSE(send(both_[0], much_));
    ASSERT_EQ(backend_->next(), &both_[1].receive);
    std::size_t drained = 0;
    Op* answered = nullptr;
    while (!answered) {
      backend_->wait(Time());
      answered = backend_->next();
      drained += drain(both_[0]);
    }
    EXPECT_EQ(answered, &both_[0].send);
    EXPECT_EQ(both_[0].send.result, 0);
    EXPECT_EQ(drained + drain(both_[0]), much_.size());
  }

  testing::Deadline deadline_;
  std::unique_ptr<UringBackend> backend_ = UringBackend::make(Duration());
  Connection both_[2];
  std::vector<std::byte> much_ = std::vector<std::byte>(8 << 20);  // more than any buffer takes
};

TEST_F(TwoAtOnce, are_answered_together) {
  EXPECT_FALSE(send(both_[0], std::string_view("first")));
  EXPECT_EQ(drain(both_[0]), 0u);
  ASSERT_EQ(backend_->next(), &both_[1].receive);
  EXPECT_TRUE(send(both_[1], std::string_view("second")));  // the last has none to wait for
  EXPECT_EQ(wait_for_next(), &both_[0].send);
  EXPECT_EQ(both_[0].send.result, 0);
  EXPECT_EQ(drain(both_[0]), 5u);
}

TEST_F(TwoAtOnce, may_be_slow_to_read) {
  send_much_to_the_first();
}

TEST_F(TwoAtOnce, wait_also_on_a_socket_that_does_not_block) {
  ASSERT_EQ(::fcntl(both_[0].end, F_SETFL, O_NONBLOCK), 0);
  send_much_to_the_first();
}

TEST_F(TwoAtOnce, know_after_a_cancel_what_had_gone) {
  ASSERT_FALSE(send(both_[0], much_));
  ASSERT_EQ(backend_->next(), &both_[1].receive);
  backend_->wait(Time());
  EXPECT_EQ(backend_->next(), nullptr);
  backend_->cancel(both_[0].send);
  EXPECT_EQ(wait_for_next(), &both_[0].send);
  EXPECT_EQ(both_[0].send.result, -ECANCELED);
  std::size_t gone = drain(both_[0]);
  EXPECT_GT(gone, 0u);
  EXPECT_EQ(gone + both_[0].send.size, much_.size());
}

TEST_F(TwoAtOnce, hear_of_a_peer_that_has_gone) {
  ::shutdown(both_[0].peer, SHUT_RD);
  ASSERT_FALSE(send(both_[0], std::string_view("lost")));
  ASSERT_EQ(backend_->next(), &both_[1].receive);
  EXPECT_EQ(wait_for_next(), &both_[0].send);
  EXPECT_EQ(both_[0].send.result, -EPIPE);
}

}  // namespace
}  // namespace bowline
