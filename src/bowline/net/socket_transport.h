// A Stream's way over a socket of the loop's backend: TCP or Unix.
#pragma once

#include "bowline/net/transport.h"

#include <algorithm>

namespace bowline {

class SocketTransport final : public Transport {
 public:
  // Owns `handle`, connected to `peer`.
  SocketTransport(Backend& backend, Handle handle, const Address& peer)
      : backend_(&backend), handle_(handle), peer_(peer) {}
  ~SocketTransport() override { backend_->close(handle_); }

  bool submit(Op& op) override {
    active_ = true;
    op.handle = handle_;
    op.local = peer_.family() == Family::local;
    return backend_->submit(op);
  }
  void cancel(Op& op) override { backend_->cancel(op); }
  void end_input(std::string_view) override { backend_->end_input(handle_); }
  bool take_activity() override { return std::exchange(active_, false); }
  Address local_address() const override;
  Address peer_address() const override { return peer_; }
  int credentials(Credentials& credentials) const override;
  int set_option(Option option, int value) override;
  Handle handle() const override { return handle_; }
  void note_spliced(std::size_t, std::size_t) override { active_ = true; }
  std::size_t queued() override {
    return static_cast<std::size_t>(std::max(0, backend_->queued(handle_)));
  }
  std::string url() const override;
  std::string advice(Attempted attempted, int error_number) const override;

 private:
  Backend* backend_;
  Handle handle_;
  bool active_ = false;
  Address peer_;
};

// "tcp" or "unix": the scheme of plain stream sockets at `address`.
std::string_view stream_scheme(const Address& address);

}  // namespace bowline
