// A backend without a network, whose clock stands still while tasks run and jumps to the next timer
// when they wait: tests of time are exact and take none. Waiting for nothing is a failure and ends
// the process, since nothing could ever come.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/base/check.h"

namespace bowline::testing {

class VirtualBackend final : public Backend {
 public:
  std::string_view name() const override { return "virtual"; }
  bool submit(Op& op) override {
    op.result = -ENOSYS;
    return true;
  }
  void cancel(Op&) override {}
  void wait(Time until) override {
    ++waits;
    BOWLINE_CHECK(until != never || woken_);
    woken_ = false;
    if (until != never && until > clock) clock = until;
  }
  Op* next() override { return nullptr; }
  void wake() override { woken_ = true; }
  Time now() override { return clock; }
  void fill_random(MutableBytes bytes) override {
    for (std::byte& byte : bytes) byte = std::byte{4};
  }

  int open(Family) override { return -ENOSYS; }
  int listen(Address&, const ListenOptions&) override { return -ENOSYS; }
  int open_datagrams(Address&, const Address&, const DatagramOptions&) override { return -ENOSYS; }
  int change_group(Handle, const Address&, unsigned, bool) override { return -ENOSYS; }
  std::size_t segments_max(Handle) override { return 1; }
  void release(Handle) override {}
  int end_input(Handle) override { return -ENOSYS; }
  void close(Handle) override {}
  int set_option(Handle, Option, int) override { return -ENOSYS; }
  int local_address(Handle, Address&) override { return -ENOSYS; }
  int peer_address(Handle, Address&) override { return -ENOSYS; }
  int credentials(Handle, Credentials&) override { return -ENOSYS; }
  int queued(Handle) override { return -ENOSYS; }
  int open_signals(std::initializer_list<int>) override { return -ENOSYS; }
  int read_signal(Handle) override { return -ENOSYS; }
  std::string advice(Attempted, const Address&, int) override { return {}; }

  Time clock{std::chrono::hours(1)};
  std::size_t waits = 0;  // how many turns the loop has made

 private:
  bool woken_ = false;
};

}  // namespace bowline::testing
