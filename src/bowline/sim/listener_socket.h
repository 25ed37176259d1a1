// A listening socket of a simulated host: the connections that wait to be accepted, at most as many
// as its backlog and one (listen(2)). One that is full lets requests go unanswered.
#pragma once

#include "bowline/sim/connection.h"
#include "bowline/sim/socket.h"

#include <deque>

namespace bowline::sim {

class ListenerSocket final : public Socket {
 public:
  ListenerSocket(SimBackend& system, const Address& address, int backlog)
      : Socket(system), address_(address), backlog_(backlog < 0 ? 0 : std::size_t(backlog)) {}

  bool is_full() const { return waiting_.size() > backlog_; }
  void add(std::shared_ptr<Connection> connection);

  void close() override;
  void vanish() override;
  Address local_address() const override { return address_; }
  SocketRow row() const override;

 private:
  bool perform(Op& op) override;
  bool accept(Op& op);

  Address address_;
  std::size_t backlog_;
  std::deque<std::shared_ptr<Connection>> waiting_;  // shared: see Connection
};

}  // namespace bowline::sim
