// A Stream's way over a connected datagram socket: each write is one datagram, each read gives one,
// and nothing tells that the peer has ended.
#pragma once

#include "bowline/net/datagrams.h"

namespace bowline {

class DatagramTransport final : public Transport {
 public:
  explicit DatagramTransport(Datagrams socket) : socket_(std::move(socket)) {}

  bool submit(Op& op) override;
  bool finish(Op& op) override;
  void cancel(Op& op) override { socket_.backend().cancel(op); }
  Address local_address() const override { return socket_.local_address(); }
  Address peer_address() const override { return socket_.peer_address(); }
  int set_option(Option option, int value) override;
  std::string url() const override;
  std::string advice(Attempted attempted, int error_number) const override;

 private:
  Datagrams socket_;
};

}  // namespace bowline
