#include "bowline/server/inbox.h"

#include <mutex>
#include <utility>
#include <vector>

namespace bowline {

struct Inbox::State {
  explicit State(Network of) : network(of) {}

  Network network;
  std::mutex mutex;
  bool is_open = false;
  std::vector<std::function<void()>> work;
};

Inbox::Inbox(Network network) : state_(std::make_shared<State>(network)) {}

void Inbox::open() {
  std::lock_guard lock(state_->mutex);
  state_->is_open = true;
}

// What is done under the lock meets no other work.
void Inbox::close() {
  std::lock_guard lock(state_->mutex);
  state_->is_open = false;
  for (std::function<void()>& each : std::exchange(state_->work, {})) each();
}

void Inbox::put(std::function<void()> work) {
  std::lock_guard lock(state_->mutex);
  if (!state_->is_open) return work();
  state_->work.push_back(std::move(work));
  if (state_->work.size() > 1) return;  // the loop is told already
  state_->network.post([state = state_] {
    std::unique_lock reading(state->mutex);
    std::vector<std::function<void()>> all = std::exchange(state->work, {});
    reading.unlock();
    for (std::function<void()>& each : all) each();
  });
}

}  // namespace bowline
