#include "bowline/backend/kernel_backend.h"

#include "tests/support/answers.h"
#include "tests/support/deadline.h"
#include "tests/support/open_files.h"
#include "tests/support/slow_names.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace testing;
using Kind = Op::Kind;
namespace fs = std::filesystem;

// What all backends on the kernel share; each of them is one.
class KernelBackendTest : public ::testing::TestWithParam<const char*> {
 protected:
  KernelBackendTest() { fs::create_directory(folder_); }
  ~KernelBackendTest() override { fs::remove_all(folder_); }

  fs::path path() const { return folder_ / "socket"; }
  Address address() const { return Address::unix_path(path().string()); }
  Handle listen() {
    Address at = address();
    return backend_->listen(at, {});
  }

  Deadline deadline_;
  fs::path folder_ =
      fs::path(::testing::TempDir()) / ("bowline_kernel_backend_" + std::to_string(::getpid()));
  std::unique_ptr<Backend> backend_ = make_backend(GetParam());
};

TEST_P(KernelBackendTest, has_a_peer_that_no_longer_answers_given_up_in_time) {
  Handle handle = backend_->open(Family::ipv4);
  ASSERT_EQ(backend_->set_option(handle, Option::peer_timeout, 60), 0);
  std::pair<int, int> wanted[] = {
      {TCP_KEEPIDLE, 30}, {TCP_KEEPINTVL, 10}, {TCP_USER_TIMEOUT, 60'000}};
  for (auto [name, value] : wanted) {
    int found = 0;
    socklen_t size = sizeof found;
    EXPECT_EQ(::getsockopt(handle, IPPROTO_TCP, name, &found, &size), 0);
    EXPECT_EQ(found, value);
  }
  for (int seconds : {0, 1, 1'000'000}) {
    EXPECT_EQ(backend_->set_option(handle, Option::peer_timeout, seconds), 0) << seconds;
  }
  backend_->close(handle);
}

INSTANTIATE_TEST_SUITE_P(On, KernelBackendTest, ::testing::ValuesIn(backend_names));

TEST_P(KernelBackendTest, removes_the_file_of_a_unix_socket_that_it_closes) {
  Handle listener = listen();
  ASSERT_GE(listener, 0);
  EXPECT_TRUE(fs::is_socket(path()));
  backend_->close(listener);
  EXPECT_FALSE(fs::exists(path()));
}

TEST_P(KernelBackendTest, takes_the_place_of_a_socket_file_that_a_crash_left) {
  {
    os::FileDescriptor crashed(os::open_socket(Family::local, SOCK_STREAM));
    ASSERT_EQ(os::bind_to(crashed.get(), address()), 0);
    ASSERT_EQ(os::listen_on(crashed.get(), 1), 0);
  }
  ASSERT_TRUE(fs::exists(path()));
  Handle listener = listen();
  EXPECT_GE(listener, 0);
  backend_->close(listener);
}

TEST_P(KernelBackendTest, leaves_a_socket_alone_that_somebody_listens_on) {
  Handle listener = listen();
  EXPECT_EQ(listen(), -EADDRINUSE);
  EXPECT_TRUE(fs::exists(path()));
  os::FileDescriptor client(os::open_socket(Family::local, SOCK_STREAM));
  EXPECT_EQ(os::connect_to(client.get(), address()), 0);
  backend_->close(listener);
}

// connect(2) to a file that is no socket is refused as well.
TEST_P(KernelBackendTest, never_removes_a_file_that_is_no_socket) {
  std::ofstream(path()) << "somebody's work";
  EXPECT_EQ(listen(), -EADDRINUSE);
  std::ifstream file(path());
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(text, "somebody's work");
}

TEST_P(KernelBackendTest, never_removes_a_link_to_a_socket) {
  {
    os::FileDescriptor crashed(os::open_socket(Family::local, SOCK_STREAM));
    ASSERT_EQ(os::bind_to(crashed.get(), Address::unix_path((folder_ / "target").string())), 0);
  }
  fs::create_symlink(folder_ / "target", path());
  EXPECT_EQ(listen(), -EADDRINUSE);
  EXPECT_TRUE(fs::is_symlink(path()));
}

TEST_P(KernelBackendTest, leaves_no_descriptor_behind_when_it_can_not_listen) {
  std::ofstream(path()) << "in the way";
  std::size_t before = open_file_count();
  for (int round = 0; round < 10; ++round) EXPECT_LT(listen(), 0);
  EXPECT_EQ(open_file_count(), before);
}

TEST_P(KernelBackendTest, closes_its_own_descriptors_when_it_goes) {
  std::size_t before = open_file_count();
  for (int round = 0; round < 10; ++round) {
    std::unique_ptr<Backend> other = make_backend(GetParam());
    other->wake();
  }
  EXPECT_EQ(open_file_count(), before);
}

TEST_P(KernelBackendTest, closes_what_it_opens_on_exec) {
  Address at = Address::ipv4(0x7F000001, 0);
  Handle handles[] = {backend_->open(Family::ipv4), backend_->open(Family::ipv6),
                      backend_->open(Family::local), backend_->listen(at, {})};
  for (Handle handle : handles) {
    ASSERT_GE(handle, 0);
    EXPECT_EQ(::fcntl(handle, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    backend_->close(handle);
  }
}

TEST_P(KernelBackendTest, gives_advice_on_what_failed) {
  Address nobody = Address::ipv4(0x7F000001, 1);
  EXPECT_NE(backend_->advice(Attempted::connect, nobody, ECONNREFUSED), "");
}

TEST_P(KernelBackendTest, is_woken_from_many_threads) {
  std::vector<std::jthread> wakers;
  for (int index = 0; index < 4; ++index) {
    wakers.emplace_back([this] {
      for (int round = 0; round < 1000; ++round) backend_->wake();
    });
  }
  backend_->wait(never);
  EXPECT_EQ(backend_->next(), nullptr);
}

// The lookup's thread is about to ring when the backend goes, with all its descriptors.
TEST_P(KernelBackendTest, may_go_while_a_lookup_is_ending) {
  std::size_t before = open_file_count();
  for (int round = 0; round < 100; ++round) {
    std::unique_ptr<Backend> short_lived = make_backend(GetParam());
    NameQuery names[4];
    Op ops[4];
    for (int index = 0; index < 4; ++index) {
      names[index].host = std::string("no\0name", 7);  // fails without asking anyone
      ops[index] = op_on(Kind::resolve, no_handle);
      ops[index].names = &names[index];
      EXPECT_FALSE(short_lived->submit(ops[index]));
    }
  }
  EXPECT_EQ(open_file_count(), before);
}

TEST_P(KernelBackendTest, may_go_while_a_lookup_runs) {
  SlowNames slow;
  NameQuery names;
  names.host = "a.slow.test";
  Op op = op_on(Kind::resolve, no_handle);
  op.names = &names;
  EXPECT_FALSE(backend_->submit(op));
  slow.wait_until_running(1);
  backend_.reset();
  slow.let_go();
}

}  // namespace
}  // namespace bowline
