// The backend on io_uring(7). Reading is asked of the kernel, many reads to one system call, and so
// are the answers to what came together. What usually succeeds at once (a single send, accepting)
// is called directly, and waits for readiness through the ring only when it must.
#pragma once

#include "bowline/backend/kernel_backend.h"
#include "bowline/backend/ring_pool.h"
#include "bowline/backend/spin.h"
#include "bowline/os/address.h"

#include <liburing.h>

#include <memory>
#include <unordered_map>

namespace bowline {

class UringBackend final : public KernelBackend {
 public:
  // Nothing where the kernel or a sandbox refuses what it needs. `spin` as in EpollBackend.
  static std::unique_ptr<UringBackend> make(Duration spin);
  ~UringBackend() override;

  std::string_view name() const override { return "io_uring"; }
  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void wait(Time until) override;
  Op* next() override;
  void release(Handle) override {}

 private:
  void forget(Handle) override {}
  bool begin(Op& op);
  UringBackend(const io_uring& ring, Duration spin);
  void start();
  io_uring_sqe& request(std::uint64_t user_data);
  io_uring_sqe& request(Op& op) { return request(reinterpret_cast<std::uint64_t>(&op)); }
  void watch_wake();
  bool await_readiness(Op& op, unsigned events);
  bool begin_receive(Op& op);
  bool begin_connect(Op& op);
  bool begin_send(Op& op);
  bool complete_queued(Op& op, int result);
  bool send(Op& op);
  bool accept(Op& op);
  bool receive_directly(Op& op);
  bool receive_datagrams(Op& op);
  bool send_datagrams(Op& op);
  unsigned sleep(Time until);
  bool complete(Op& op, int result, unsigned flags);
  bool complete_receive(Op& op, int result, unsigned flags);

  Spin spin_;
  io_uring ring_;
  bool started_ = false;
  RingPool buffers_;
  Queue<Waiter> answered_;
  // Where connects lead to: the kernel may read it at any time before their completion.
  std::unordered_map<const Op*, os::SocketAddress> destinations_;
};

}  // namespace bowline
