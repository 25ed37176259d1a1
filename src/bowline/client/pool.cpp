#include "bowline/client/pool.h"

#include "bowline/base/check.h"
#include "bowline/task/wait.h"

#include <utility>

namespace bowline {

Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), stream_(std::move(other.stream_)) {}

Lease::~Lease() {
  if (pool_) pool_->drop();
}

void Lease::done() {
  BOWLINE_CHECK(pool_);
  std::exchange(pool_, nullptr)->keep(std::move(stream_));
}

Pool::Pool(Network network, std::string url, PoolOptions options)
    : network_(network), url_(std::move(url)), options_(std::move(options)) {
  BOWLINE_CHECK(options_.count_max > 0);
}

Pool::~Pool() {
  BOWLINE_CHECK(count_ == idle_.size());
  network_.scheduler().clear(*this);
}

Task<Lease> Pool::take() {
  for (;;) {
    while (idle_.empty() && count_ >= options_.count_max) co_await freed_.passed();
    if (idle_.empty()) break;
    Lease lease(*this, std::move(idle_.back().stream));
    idle_.pop_back();
    bool healthy = co_await is_healthy(&lease.stream_);
    if (healthy) co_return lease;
  }
  ++count_;
  Lease lease(*this, Stream());
  co_await within(options_.connect_timeout, open(&lease.stream_));
  co_return lease;
}

// Nothing may have come: not the end, and not the answer to a question of who had it before.
Task<bool> Pool::is_healthy(Stream* stream) {
  Result<Chunk> come = co_await attempt(within(Duration(), stream->read_some()));
  if (come || !come.error().timed_out()) co_return false;
  if (!options_.check) co_return true;
  Task<> checking = within(options_.check_timeout, options_.check(*stream));
  Result<void> checked = co_await attempt(std::move(checking));
  co_return checked.ok();
}

Task<> Pool::open(Stream* stream) {
  *stream = co_await connect(network_, url_, options_.connect);
  if (options_.prepare) co_await options_.prepare(*stream);
}

void Pool::keep(Stream stream) {
  idle_.push_back({std::move(stream), network_.now()});
  set_timer();
  freed_.pulse();
}

void Pool::drop() {
  --count_;
  freed_.pulse();
}

void Pool::fire() {
  while (!idle_.empty() && network_.now() - idle_.front().since >= options_.idle_time) {
    idle_.pop_front();
    --count_;
  }
  set_timer();
}

void Pool::set_timer() {
  network_.scheduler().clear(*this);
  if (idle_.empty()) return;
  network_.scheduler().set(*this, later(idle_.front().since, options_.idle_time));
}

}  // namespace bowline
