// A datagram socket of a simulated host: what has come and was not read, and whom it talks to. Its
// calls answer as the kernel's do (udp(7), unix(7)), errors included.
#pragma once

#include "bowline/base/buffer.h"
#include "bowline/sim/socket.h"

#include <deque>
#include <string>
#include <vector>

namespace bowline::sim {

class DatagramSocket final : public Socket {
 public:
  // `peer` of Family::none: it talks to anybody.
  DatagramSocket(SimBackend& system, const Address& local, const Address& peer, bool shares);
  ~DatagramSocket() override;

  // Whether what goes from `from` to `to` is for this one.
  bool takes(const Address& to, const Address& from) const;
  bool shares_address() const { return shares_; }
  bool is_full() const;
  // Puts what arrived into the queue; false when there is no room, and it is lost.
  bool put(const Address& from, std::string bytes);
  // Tells who reads or writes next, when this is connected to `to`.
  void fail(const Address& to, int error);
  // A writer waits for room in this one's queue.
  void add_waiting(Handle writer) { waiting_.push_back(writer); }
  int change_group(const Address& group, bool join);

  void close() override;
  void vanish() override { close(); }
  int set_option(int option, int value) override;
  Address local_address() const override { return local_; }
  int peer_address(Address& address) const override;
  SocketRow row() const override;

 private:
  struct Arrived {
    std::string bytes;
    Address from;
  };
  bool perform(Op& op) override;
  bool receive_one(Op& op);
  bool receive(Op& op);
  bool send(Op& op);
  bool send_one(Op& op);
  bool take_error(Op& op);
  Arrived take();

  Address local_;
  Address peer_;
  bool shares_;
  bool open_ = true;
  bool loops_ = true;  // what it sends to a group comes to this host's members too
  int error_ = 0;
  std::deque<Arrived> arrived_;
  std::size_t arrived_size_ = 0;
  std::size_t receive_buffer_;
  std::vector<Address> groups_;
  std::vector<Handle> waiting_;
};

}  // namespace bowline::sim
