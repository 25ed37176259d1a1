// A backend in front of another one: it watches that every Op is answered exactly once, knows how
// many are under way, and can move the clock on, so that a deadline passes at a moment of the
// test's choice.
#pragma once

#include "bowline/backend/backend.h"

#include <cstddef>
#include <memory>
#include <set>

namespace bowline::testing {

class WatchedBackend final : public Backend {
 public:
  explicit WatchedBackend(std::unique_ptr<Backend> inner) : inner_(std::move(inner)) {}
  ~WatchedBackend() override;

  std::size_t under_way() const { return under_way_.size(); }
  void advance(Duration step) { ahead_ += step; }

  std::string_view name() const override { return inner_->name(); }
  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void wait(Time until) override;
  Op* next() override;
  void wake() override { inner_->wake(); }
  Time now() override { return inner_->now() + ahead_; }
  void fill_random(MutableBytes bytes) override { inner_->fill_random(bytes); }

  int open(Family family) override { return inner_->open(family); }
  int listen(Address& address, const ListenOptions& options) override {
    return inner_->listen(address, options);
  }
  int open_datagrams(Address& local, const Address& peer, const DatagramOptions& options) override {
    return inner_->open_datagrams(local, peer, options);
  }
  int change_group(Handle handle, const Address& group, unsigned interface, bool join) override {
    return inner_->change_group(handle, group, interface, join);
  }
  std::size_t segments_max(Handle handle) override { return inner_->segments_max(handle); }
  void release(Handle handle) override { inner_->release(handle); }
  void own_file(Handle handle, bool owned) override { inner_->own_file(handle, owned); }
  int end_input(Handle handle) override { return inner_->end_input(handle); }
  void close(Handle handle) override { inner_->close(handle); }
  int set_option(Handle handle, Option option, int value) override {
    return inner_->set_option(handle, option, value);
  }
  int local_address(Handle handle, Address& address) override {
    return inner_->local_address(handle, address);
  }
  int peer_address(Handle handle, Address& address) override {
    return inner_->peer_address(handle, address);
  }
  int credentials(Handle handle, Credentials& credentials) override {
    return inner_->credentials(handle, credentials);
  }
  int queued(Handle handle) override { return inner_->queued(handle); }
  int open_signals(std::initializer_list<int> signals) override {
    return inner_->open_signals(signals);
  }
  int read_signal(Handle handle) override { return inner_->read_signal(handle); }
  std::string advice(Attempted attempted, const Address& address, int error_number) override {
    return inner_->advice(attempted, address, error_number);
  }

 private:
  std::unique_ptr<Backend> inner_;
  std::set<const Op*> under_way_;
  Duration ahead_{};
};

}  // namespace bowline::testing
