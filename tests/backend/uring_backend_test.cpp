#include "bowline/backend/uring_backend.h"

#include "bowline/loop/loop.h"
#include "bowline/net/network.h"
#include "bowline/net/run.h"
#include "bowline/task/scope.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

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

}  // namespace
}  // namespace bowline
