// The datagrams of one simulated host: which sockets are bound where, and what is on its way from
// them. A datagram arrives late, twice, out of order or not at all, as its link's rules say; nobody
// sends it again.
#pragma once

#include "bowline/backend/op.h"
#include "bowline/base/address.h"
#include "bowline/base/bytes.h"

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::sim {

class DatagramSocket;
class SimBackend;
struct Link;

class DatagramNet {
 public:
  explicit DatagramNet(SimBackend& system);
  ~DatagramNet();

  // Checks `local`, and chooses a port or a name when it has none.
  int choose(Address& local, bool shares);
  // Whether a socket at `local` can be connected to `peer`; gives `local` the host it then has.
  int connect(Address& local, const Address& peer);
  void add(DatagramSocket& socket) { sockets_.push_back(&socket); }
  void remove(DatagramSocket& socket);

  struct Sender {
    const Address& local;
    Handle handle;
    bool loops;
  };
  // 0 or -errno; -EAGAIN when the queue of a Unix socket is full: the sender is told when to try
  // again.
  int send(const Sender& sender, const Address& to, Bytes bytes);

 private:
  class Flight;
  int send_local(const Sender& sender, const Address& to, Bytes bytes);
  int send_to_group(const Sender& sender, const Address& group, Bytes bytes);
  void leave(SimBackend& to_system, const Address& from, const Address& to, std::string bytes);
  void set_off(SimBackend& to_system, std::unique_ptr<Flight> flight);
  void answer_unreachable(SimBackend& to_system, const Address& from, const Address& to, int error);
  void arrive(Flight& flight);
  bool deliver(const Address& from, const Address& to, const std::string& bytes);
  DatagramSocket* at(const Address& to, const Address& from) const;
  bool is_member(const Address& group) const;
  bool in_use(const Address& local) const;
  void note(const Address& from, const Address& to, std::string_view what, std::size_t size);

  SimBackend& system_;
  std::vector<DatagramSocket*> sockets_;
  std::list<std::unique_ptr<Flight>> flights_;
  std::uint16_t next_port_ = 32768;
  unsigned names_ = 0;  // how many Unix sockets were given one
};

}  // namespace bowline::sim
