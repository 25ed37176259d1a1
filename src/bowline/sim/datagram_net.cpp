#include "bowline/sim/datagram_net.h"

#include "bowline/sim/datagram_socket.h"
#include "bowline/sim/sim_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace bowline::sim {
namespace {

constexpr std::uint16_t first_port = 32768;  // ip_local_port_range (ip(7))
constexpr std::uint16_t last_port = 60999;
constexpr std::size_t path_size_max = 107;       // sun_path (unix(7))
constexpr std::size_t local_size_max = 212'992;  // net.core.wmem_default (unix(7))
constexpr std::size_t header_size = 28;          // of IPv4 and UDP
// One that is overtaken comes this much of the way's latency later.
constexpr int overtaken_latencies = 3;

bool is_multicast(const Address& address) {
  if (address.family() == Family::ipv4) return address.ipv4_value() >> 28 == 0xE;
  return address.family() == Family::ipv6 && address.ipv6_bytes()[0] == 0xFF;
}

std::size_t size_max(const Address& to, const Link& link) {
  std::size_t ip_max = to.family() == Family::ipv4 ? 65507 : 65527;
  return std::min(ip_max, link.datagram_size_max);
}

}  // namespace

// A datagram on the way, or the news that one did not get through (ICMP): then `error` says why.
class DatagramNet::Flight final : public Event {
 public:
  Flight(DatagramNet& sender, SimBackend& to_system, const Address& from, const Address& to,
         std::string bytes, int error = 0)
      : sender_(sender),
        to_system_(to_system),
        from_(from),
        to_(to),
        bytes_(std::move(bytes)),
        error_(error) {}
  void happen() override { sender_.arrive(*this); }

 private:
  friend class DatagramNet;
  DatagramNet& sender_;
  SimBackend& to_system_;
  Address from_;
  Address to_;
  std::string bytes_;
  int error_;
};

DatagramNet::DatagramNet(SimBackend& system) : system_(system) {}
DatagramNet::~DatagramNet() = default;

void DatagramNet::remove(DatagramSocket& socket) {
  std::erase(sockets_, &socket);
}

bool DatagramNet::in_use(const Address& local) const {
  for (const DatagramSocket* socket : sockets_) {
    Address taken = socket->local_address();
    if (taken == local) return true;
    bool all = taken.is_unspecified() || local.is_unspecified();
    bool same = taken.family() == local.family() && taken.port() == local.port();
    if (local.is_ip() && all && same) return true;
  }
  return false;
}

int DatagramNet::choose(Address& local, bool shares) {
  if (local.family() == Family::none) return -EAFNOSUPPORT;
  if (local.path().size() > path_size_max) return -ENAMETOOLONG;
  if (!local.is_ip() && local.path().empty() && !local.is_abstract()) {
    local = Address::unix_abstract(fmt::format("{:05x}", ++names_));
    return 0;
  }
  bool own =
      !local.is_ip() || local.is_unspecified() || is_multicast(local) || system_.has_address(local);
  if (!own) return -EADDRNOTAVAIL;
  if (!local.is_ip() || local.port() != 0) return !shares && in_use(local) ? -EADDRINUSE : 0;
  for (int tries = first_port; tries <= last_port; ++tries) {
    std::uint16_t port = next_port_;
    next_port_ = port == last_port ? first_port : static_cast<std::uint16_t>(port + 1);
    Address wanted = local.with_port(port);
    if (in_use(wanted)) continue;
    local = wanted;
    return 0;
  }
  return -EADDRINUSE;
}

int DatagramNet::connect(Address& local, const Address& peer) {
  if (peer.family() != local.family()) return -EAFNOSUPPORT;
  if (!peer.is_ip()) {
    if (at(peer, local)) return 0;
    return peer.is_abstract() ? -ECONNREFUSED : -ENOENT;
  }
  SimBackend* system = nullptr;
  Address own;
  int result = is_multicast(peer) ? 0 : system_.route(peer, system, own);
  // A host that is nowhere does not answer, and only that is how one learns of it.
  if (result == -EHOSTUNREACH) result = 0;
  if (result == 0 && local.is_unspecified() && system) local = own.with_port(local.port());
  return result;
}

DatagramSocket* DatagramNet::at(const Address& to, const Address& from) const {
  DatagramSocket* found = nullptr;
  for (DatagramSocket* socket : sockets_) {
    if (!socket->takes(to, from)) continue;
    // The one that is connected, or else bound, to these very addresses goes before the others.
    Address peer;
    if (socket->peer_address(peer) == 0) return socket;
    if (!found || !socket->local_address().is_unspecified()) found = socket;
  }
  return found;
}

int DatagramNet::send(const Sender& sender, const Address& to, Bytes bytes) {
  if (to.family() == Family::none) return sender.local.is_ip() ? -EDESTADDRREQ : -ENOTCONN;
  if (to.family() != sender.local.family()) return -EAFNOSUPPORT;
  if (!to.is_ip()) return send_local(sender, to, bytes);
  if (is_multicast(to)) return send_to_group(sender, to, bytes);
  SimBackend* peer = nullptr;
  Address local;
  int result = system_.route(to, peer, local);
  if (result < 0) return result;
  const Link& link = system_.fabric().links.rules(system_.number(), peer->number());
  if (bytes.size() > size_max(to, link)) return -EMSGSIZE;
  bool named = !sender.local.is_unspecified();
  local = named ? sender.local : local.with_port(sender.local.port());
  leave(*peer, local, to, std::string(bytes.text()));
  return 0;
}

int DatagramNet::send_local(const Sender& sender, const Address& to, Bytes bytes) {
  if (bytes.size() > local_size_max) return -EMSGSIZE;
  DatagramSocket* socket = at(to, sender.local);
  if (!socket) return to.is_abstract() ? -ECONNREFUSED : -ENOENT;
  if (socket->is_full()) {
    socket->add_waiting(sender.handle);
    return -EAGAIN;
  }
  note(sender.local, to, "datagram", bytes.size());
  socket->put(sender.local, std::string(bytes.text()));
  return 0;
}

// Every host with a member gets one of its own, and each link loses it for itself.
int DatagramNet::send_to_group(const Sender& sender, const Address& group, Bytes bytes) {
  Address local = sender.local;
  for (const Address& own : system_.addresses()) {
    if (local.is_unspecified() && own.family() == local.family()) {
      local = own.with_port(local.port());
    }
  }
  if (bytes.size() > size_max(group, Link())) return -EMSGSIZE;
  for (SimBackend* system : system_.fabric().systems) {
    if (system == &system_ && !sender.loops) continue;
    if (!system->datagrams().is_member(group)) continue;
    leave(*system, local, group, std::string(bytes.text()));
  }
  return 0;
}

bool DatagramNet::is_member(const Address& group) const {
  auto takes = [&](const DatagramSocket* socket) { return socket->takes(group, group); };
  return std::any_of(sockets_.begin(), sockets_.end(), takes);
}

void DatagramNet::leave(SimBackend& to_system, const Address& from, const Address& to,
                        std::string bytes) {
  Fabric& fabric = system_.fabric();
  const Link& link = fabric.links.rules(system_.number(), to_system.number());
  if (link.connecting == Connecting::unreachable) {
    note(from, to, "datagram unreachable", bytes.size());
    return answer_unreachable(to_system, from, to, EHOSTUNREACH);
  }
  if (link.cut || fabric.random.chance(link.loss) || fabric.random.chance(link.datagram_loss)) {
    return note(from, to, "datagram lost", bytes.size());
  }
  note(from, to, "datagram", bytes.size());
  if (fabric.random.chance(link.duplicates)) {
    note(from, to, "datagram again", bytes.size());
    set_off(to_system, std::make_unique<Flight>(*this, to_system, from, to, bytes));
  }
  set_off(to_system, std::make_unique<Flight>(*this, to_system, from, to, std::move(bytes)));
}

void DatagramNet::set_off(SimBackend& to_system, std::unique_ptr<Flight> flight) {
  Fabric& fabric = system_.fabric();
  std::size_t size = flight->bytes_.size() + header_size;
  Time arrival =
      fabric.links.arrival(system_.number(), to_system.number(), size, fabric.now, fabric.random);
  const Link& link = fabric.links.rules(system_.number(), to_system.number());
  if (flight->error_ == 0 && fabric.random.chance(link.reorders)) {
    arrival += overtaken_latencies * link.latency;
  }
  fabric.agenda.set(*flight, arrival);
  flights_.push_back(std::move(flight));
}

// The news go the way back, to the socket at `from` if it is connected to `to`.
void DatagramNet::answer_unreachable(SimBackend& to_system, const Address& from, const Address& to,
                                     int error) {
  set_off(to_system, std::make_unique<Flight>(*this, system_, from, to, std::string(), error));
}

void DatagramNet::arrive(Flight& flight) {
  auto mine = [&](const std::unique_ptr<Flight>& other) { return other.get() == &flight; };
  auto found = std::find_if(flights_.begin(), flights_.end(), mine);
  std::unique_ptr<Flight> taken = std::move(*found);
  flights_.erase(found);
  const Address& from = taken->from_;
  const Address& to = taken->to_;
  if (taken->error_ != 0) {
    if (DatagramSocket* socket = at(from, to)) socket->fail(to, taken->error_);
    return;
  }
  const Link& link = system_.fabric().links.rules(system_.number(), taken->to_system_.number());
  if (link.cut || !taken->to_system_.is_up()) {
    return note(from, to, "datagram lost", taken->bytes_.size());
  }
  bool refused = link.connecting == Connecting::refused;
  if (!refused && taken->to_system_.datagrams().deliver(from, to, taken->bytes_)) return;
  if (is_multicast(to)) return;
  note(from, to, "datagram refused", taken->bytes_.size());
  answer_unreachable(taken->to_system_, from, to, ECONNREFUSED);
}

// False when nobody is there for it. A group's go to all its members.
bool DatagramNet::deliver(const Address& from, const Address& to, const std::string& bytes) {
  std::vector<DatagramSocket*> targets;
  if (is_multicast(to)) {
    std::copy_if(sockets_.begin(), sockets_.end(), std::back_inserter(targets),
                 [&](const DatagramSocket* socket) { return socket->takes(to, from); });
  } else if (DatagramSocket* socket = at(to, from)) {
    targets.push_back(socket);
  }
  for (DatagramSocket* socket : targets) {
    if (!socket->put(from, bytes)) note(from, to, "datagram dropped, no room", bytes.size());
  }
  return !targets.empty();
}

void DatagramNet::note(const Address& from, const Address& to, std::string_view what,
                       std::size_t size) {
  Fabric& fabric = system_.fabric();
  if (!fabric.trace.on()) return;
  fabric.note(fmt::format("{} > {} {} {}", from.text(), to.text(), what, size));
}

}  // namespace bowline::sim
