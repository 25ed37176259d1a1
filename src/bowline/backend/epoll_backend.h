// The backend on epoll(7), edge triggered: each socket is registered once, for both directions, and
// the backend remembers what the kernel said. So a message costs one recv and one send: a short
// read means drained, and no call is made to learn what is known.
#pragma once

#include "bowline/backend/kernel_backend.h"
#include "bowline/backend/spin.h"

#include <sys/epoll.h>

#include <array>
#include <memory>
#include <vector>

namespace bowline {

class EpollBackend final : public KernelBackend {
 public:
  // `spin` is how long to look for events at the most before sleeping (see Spin).
  explicit EpollBackend(Duration spin);
  ~EpollBackend() override;

  std::string_view name() const override { return "epoll"; }
  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void wait(Time until) override;
  Op* next() override;
  void release(Handle handle) override;

 private:
  // What is known of a handle, and who waits for it: one Op for reading, one for writing.
  struct Slot {
    Op* reader = nullptr;
    Op* writer = nullptr;
    std::uint32_t generation = 0;  // tells an event of a closed socket from one of its successor
    bool registered : 1 = false;
    bool always_ready : 1 = false;  // a regular file: epoll refuses those, they never block
    bool readable : 1 = false;
    bool writable : 1 = false;
    bool ended : 1 = false;   // the peer stopped sending, or there is an error to fetch
    bool urgent : 1 = false;  // urgent data came: a read may stop at its mark (tcp(7))
  };
  using Page = std::array<Slot, 256>;

  Slot& slot(Handle handle) {
    auto index = static_cast<std::size_t>(handle);
    std::size_t page = index / std::tuple_size_v<Page>;
    bool known = page < pages_.size() && pages_[page];
    return known ? (*pages_[page])[index % std::tuple_size_v<Page>] : new_slot(index);
  }
  Slot& new_slot(std::size_t index);
  int register_handle(Handle handle, Slot& slot);
  bool perform(Op& op, Slot& slot);
  bool accept(Op& op, Slot& slot);
  bool connect(Op& op, Slot& slot);
  bool receive(Op& op, Slot& slot);
  bool send(Op& op, Slot& slot);
  bool poll(Op& op, Slot& slot);
  bool receive_datagrams(Op& op, Slot& slot);
  bool send_datagrams(Op& op, Slot& slot);
  bool collect(int milliseconds);
  static Handle handle_of(const epoll_event& event) {
    return static_cast<Handle>(event.data.u64 & 0xffffffff);
  }
  void look_ahead();
  void note(std::uint32_t events, Slot& slot);
  void forget(Handle handle) override;

  Spin spin_;
  int epoll_;
  std::array<epoll_event, 256> events_;
  int event_count_ = 0;
  int event_index_ = 0;
  bool reader_seen_ = false;  // of the event at event_index_: its reader had its turn
  Queue<Waiter> answered_;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace bowline
