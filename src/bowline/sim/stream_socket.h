// A stream socket of a simulated host: not connected yet, or a side of a Connection. Its calls
// answer as the kernel's do (tcp(7), unix(7)), errors included.
#pragma once

#include "bowline/sim/connection.h"
#include "bowline/sim/socket.h"

namespace bowline::sim {

class StreamSocket final : public Socket {
 public:
  // To be connected.
  StreamSocket(SimBackend& system, Family family) : Socket(system), family_(family) {}
  // The side of `connection` that was asked.
  StreamSocket(SimBackend& system, std::shared_ptr<Connection> connection);

  void close() override;
  void vanish() override;
  int end_input() override;
  int set_option(int option, int value) override;
  Address local_address() const override;
  int peer_address(Address& address) const override;
  SocketRow row() const override;
  // The system at the other end, or nullptr.
  SimBackend* peer_system() const;
  // Cuts the connection: both sides are told that it was reset.
  void reset();

 private:
  bool perform(Op& op) override;
  void settle() override;
  bool connect(Op& op);
  int begin_connect(const Address& to);
  bool receive(Op& op);
  bool send(Op& op);
  bool poll(Op& op);
  bool take_error(Op& op);
  Connection::Side& side() const { return connection_->side(side_); }
  void let_go();

  std::shared_ptr<Connection> connection_;  // shared: see Connection
  Family family_;
  std::uint8_t side_ = 0;
  bool error_told_ = false;
  bool input_ended_ = false;      // on this side: what still comes is nobody's
  bool resets_at_close_ = false;  // SO_LINGER with zero seconds
  std::uint32_t send_buffer_ = 0;
  std::uint32_t receive_buffer_ = 0;
};

}  // namespace bowline::sim
