#include "bowline/backend/backend.h"

#include "tests/support/answers.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Kind = Op::Kind;

class BackendTest : public ::testing::TestWithParam<const char*> {
 protected:
  Deadline deadline_;
  std::unique_ptr<Backend> backend_ = make_backend(GetParam());
};

INSTANTIATE_TEST_SUITE_P(On, BackendTest, ::testing::ValuesIn(backend_names));

int int_option(Handle handle, int level, int name) {
  int value = -1;
  os::option(handle, level, name, value);
  return value;
}

TEST(MakeBackend, knows_its_names) {
  EXPECT_EQ(make_backend("no such backend"), nullptr);
  EXPECT_NE(make_backend({}), nullptr);
  EXPECT_GE(usable_cores(), 1u);
}

TEST_P(BackendTest, has_the_name_it_was_asked_for_by) {
  EXPECT_EQ(backend_->name(), GetParam());
}

TEST_P(BackendTest, waits_until_the_time_and_not_shorter) {
  for (Duration wait : {Duration(100us), Duration(1500us), Duration(3ms + 1ns)}) {
    Time until = backend_->now() + wait;
    backend_->wait(until);
    EXPECT_GE(backend_->now(), until);
    EXPECT_EQ(backend_->next(), nullptr);
  }
}

TEST_P(BackendTest, does_not_wait_for_a_time_that_is_over) {
  backend_->wait(Time());
  backend_->wait(backend_->now());
}

TEST_P(BackendTest, is_woken_by_another_thread) {
  std::jthread waker([this] { backend_->wake(); });
  backend_->wait(never);
  EXPECT_EQ(backend_->next(), nullptr);
}

TEST_P(BackendTest, that_was_woken_before_does_not_sleep_and_is_woken_once) {
  for (int index = 0; index < 1000; ++index) backend_->wake();
  backend_->wait(never);
  EXPECT_EQ(backend_->next(), nullptr);
  Time until = backend_->now() + 2ms;
  backend_->wait(until);
  EXPECT_GE(backend_->now(), until);
}

TEST_P(BackendTest, wakes_while_answers_are_on_their_way) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  for (int round = 0; round < 10; ++round) {
    Op op = receive_op(pair.near, writable(room));
    EXPECT_FALSE(backend_->submit(op));
    backend_->wake();
    pair.write("x");
    EXPECT_EQ(next_answer(*backend_), &op);
  }
}

TEST_P(BackendTest, listens_at_a_port_of_its_own_choice) {
  Address address = Address::ipv4(0x7F000001, 0);
  Handle listener = backend_->listen(address, {});
  ASSERT_GE(listener, 0);
  EXPECT_NE(address.port(), 0);
  Address local;
  EXPECT_EQ(backend_->local_address(listener, local), 0);
  EXPECT_EQ(local, address);
  Address again = address;
  EXPECT_EQ(backend_->listen(again, {}), -EADDRINUSE);
  backend_->close(listener);
  Handle next = backend_->listen(again, {});
  EXPECT_GE(next, 0);
  backend_->close(next);
}

TEST_P(BackendTest, does_not_listen_where_there_is_no_such_address) {
  Address elsewhere = Address::ipv4(0xC0000201, 0);  // 192.0.2.1, RFC 5737
  EXPECT_EQ(backend_->listen(elsewhere, {}), -EADDRNOTAVAIL);
  Address too_long = Address::unix_path(std::string(200, 'x'));
  EXPECT_EQ(backend_->listen(too_long, {}), -ENAMETOOLONG);
  Address none;
  EXPECT_LT(backend_->listen(none, {}), 0);
  EXPECT_LT(backend_->open(Family::none), 0);
}

TEST_P(BackendTest, sets_the_options_it_names) {
  Handle handle = backend_->open(Family::ipv4);
  ASSERT_GE(handle, 0);
  EXPECT_EQ(backend_->set_option(handle, Option::no_delay, 1), 0);
  EXPECT_EQ(int_option(handle, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(backend_->set_option(handle, Option::keep_alive, 1), 0);
  EXPECT_EQ(int_option(handle, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(backend_->set_option(handle, Option::send_buffer_size, 16 * 1024), 0);
  EXPECT_GE(int_option(handle, SOL_SOCKET, SO_SNDBUF), 16 * 1024);
  EXPECT_EQ(backend_->set_option(handle, Option::receive_buffer_size, 16 * 1024), 0);
  EXPECT_GE(int_option(handle, SOL_SOCKET, SO_RCVBUF), 16 * 1024);
  EXPECT_EQ(backend_->set_option(handle, Option::linger, 3), 0);
  linger setting{};
  socklen_t size = sizeof setting;
  ::getsockopt(handle, SOL_SOCKET, SO_LINGER, &setting, &size);
  EXPECT_EQ(setting.l_onoff, 1);
  EXPECT_EQ(setting.l_linger, 3);
  backend_->close(handle);
  EXPECT_EQ(backend_->set_option(handle, Option::keep_alive, 1), -EBADF);
}

TEST_P(BackendTest, knows_both_ends_of_a_connection_and_who_is_there) {
  SocketPair pair(*backend_);
  Address address;
  EXPECT_EQ(backend_->local_address(pair.near, address), 0);
  EXPECT_EQ(address.family(), Family::local);
  EXPECT_EQ(backend_->peer_address(pair.near, address), 0);
  Credentials peer;
  EXPECT_EQ(backend_->credentials(pair.near, peer), 0);
  EXPECT_EQ(peer.process, ::getpid());
  EXPECT_EQ(peer.user, ::getuid());
  EXPECT_EQ(peer.group, ::getgid());
  EXPECT_EQ(backend_->queued(pair.near), 0);
  EXPECT_EQ(backend_->queued(-1), -EBADF);
}

TEST_P(BackendTest, reads_signals_in_place_of_dying_of_them) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  Handle signals = backend_->open_signals({SIGUSR1, SIGUSR2});
  ASSERT_GE(signals, 0);
  Op op = op_on(Kind::poll, signals);
  EXPECT_FALSE(backend_->submit(op));
  EXPECT_TRUE(nothing_answered(*backend_));
  ::raise(SIGUSR2);
  EXPECT_EQ(next_answer(*backend_), &op);
  EXPECT_EQ(backend_->read_signal(signals), SIGUSR2);
  EXPECT_EQ(backend_->read_signal(signals), -EAGAIN);
  backend_->close(signals);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(BackendTest, lets_a_handle_go_to_another_backend_and_takes_it_back) {
  std::unique_ptr<Backend> other = make_backend(GetParam());
  SocketPair pair(*backend_);
  std::string room(10, '-');
  Backend* turns[] = {backend_.get(), other.get(), backend_.get(), backend_.get()};
  for (Backend* turn : turns) {
    Op op = receive_op(pair.near, writable(room));
    EXPECT_FALSE(turn->submit(op));
    pair.write("data");
    EXPECT_EQ(next_answer(*turn), &op);
    EXPECT_EQ(op.result, 4);
    turn->release(pair.near);
  }
}

// Otherwise a connection would wake the loop that gave it away for each of its messages.
TEST_P(BackendTest, that_let_a_handle_go_sleeps_through_what_happens_there) {
  SocketPair pair(*backend_);
  std::string room(10, '-');
  Op op = receive_op(pair.near, writable(room));
  pair.write("data");
  EXPECT_EQ(answer_of(*backend_, op), 4);
  backend_->release(pair.near);
  pair.write("more");
  Time until = backend_->now() + 2ms;
  backend_->wait(until);
  EXPECT_GE(backend_->now(), until);
}

TEST_P(BackendTest, serves_a_thousand_handles_at_once) {
  std::vector<std::unique_ptr<SocketPair>> pairs;
  std::vector<Op> ops(1000);
  std::string room(1, '-');
  for (Op& op : ops) {
    pairs.push_back(std::make_unique<SocketPair>(*backend_));
    ASSERT_GE(pairs.back()->near, 0);
    op = receive_op(pairs.back()->near, writable(room));
    EXPECT_FALSE(backend_->submit(op));
  }
  for (auto& pair : pairs) pair->write("x");
  for (std::size_t count = 0; count < ops.size(); ++count) {
    Op* op = next_answer(*backend_);
    ASSERT_NE(op, nullptr);
    EXPECT_EQ(std::exchange(op->result, 0), 1) << "answered twice";
  }
  EXPECT_TRUE(nothing_answered(*backend_));
}

}  // namespace
}  // namespace bowline
