// A connection of two simulated stream sockets: a lane for the bytes of each direction, and what
// each side knows. It shows how TCP behaves, not how it is made: bytes leave in packets that arrive
// in order, late or not at all; what gets lost is sent again until somebody gives up.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/buffer.h"
#include "bowline/sim/fabric.h"

#include <memory>
#include <vector>

namespace bowline::sim {

class SimBackend;
class StreamSocket;
class Connection;

enum class Packet : std::uint8_t { syn, syn_ack, data, fin, reset, unreachable };

// One direction: [received, not read][on the way][not sent yet] in one buffer. The event is the
// arrival of the packet that is next.
class Lane final : public Event {
 public:
  Lane(Connection& connection, std::uint8_t to) : connection_(connection), to_(to) {}
  void happen() override;

 private:
  friend class Connection;
  struct Flight {
    Time arrival;
    std::uint32_t size;
    Packet packet;
  };
  std::size_t unsent() const { return bytes_.size() - readable_ - flying_; }
  void pop_flight();

  Connection& connection_;
  Buffer bytes_{~std::size_t(0)};
  std::vector<Flight> flights_;  // in the order of arrival, from first_
  Time latest_{};                // arrival of the last that left
  Time stalled_since_{};
  std::uint32_t first_ = 0;
  std::uint32_t readable_ = 0;
  std::uint32_t flying_ = 0;
  std::uint8_t to_;          // the side that receives
  std::uint8_t resent_ = 0;  // how often the next packet did not get through
  bool end_wanted_ = false;  // nothing more will be written
  bool end_sent_ = false;
  bool end_arrived_ = false;
};

// The probes of one side that watches its peer (SO_KEEPALIVE). The event is when the next is due.
class Probe final : public Event {
 public:
  Probe(Connection& connection, std::uint8_t from) : connection_(connection), from_(from) {}
  void happen() override;

 private:
  Connection& connection_;
  std::uint8_t from_;
};

// Shared by the sockets of its two sides, or the queue of a listener: they let go in any order.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Side 0 asked for the connection, side 1 was asked.
  struct Side {
    SimBackend* system = nullptr;
    StreamSocket* socket = nullptr;  // null while it waits to be accepted
    Address address;
    std::uint32_t send_buffer = 0;     // bytes; 0: what the link says
    std::uint32_t receive_buffer = 0;  // the same
    Duration peer_timeout{};           // zero: the peer's silence is not minded
    int error = 0;                     // to be told to who reads or writes next
    bool open = false;                 // its system knows it
    bool established = false;
    bool dead = false;  // was reset or gave up: nothing comes or goes any more
  };

  Connection(Fabric& fabric, SimBackend& from, const Address& local, SimBackend& to,
             const Address& remote);

  // Sends the request for a connection.
  void request();
  // Connects at once, as Unix sockets do. The listener must have room.
  void connect_now();

  Side& side(int index) { return sides_[index]; }
  bool is_local() const { return sides_[1].address.family() == Family::local; }

  // How much of `bytes` the send buffer took, perhaps nothing.
  std::size_t write(int from, Bytes bytes);
  // Fills at most all of `into` with what has come, perhaps nothing.
  std::size_t read(int to, MutableBytes into);
  void end(int from);
  // The side is closed: an end follows its last byte, or a reset when it has not read everything.
  void close(int from, bool reset);
  // The side is no more, and nothing says so to the other.
  void vanish(int from);
  // The side is told `error`; it neither sends nor gets anything any more.
  void fail(int index, int error);

  // From now on the side is told when nothing is heard of the peer for so long, probes included.
  void watch_peer(int index, Duration timeout);

  bool peer_open(int index) const { return sides_[1 - index].open; }
  bool ended(int index) const { return lanes_[index].end_arrived_; }  // the peer has ended
  bool has_ended(int index) const { return lanes_[1 - index].end_wanted_; }
  std::size_t readable(int index) const { return lanes_[index].readable_; }
  std::size_t unsent(int index) const;  // and not yet with the peer's system
  std::size_t room(int from) const;
  const Link& link() const;

 private:
  friend class Lane;
  friend class Probe;
  void probe(int from);
  void arrive(Lane& lane);
  void take(Lane& lane, Lane::Flight flight);
  void take_request(Lane& lane);
  void take_data(Lane& lane, std::uint32_t size);
  void stall(Lane& lane);
  void send(Lane& lane, Packet packet, std::size_t size);
  void send_more(Lane& lane);
  void drop_unarrived(Lane& lane);
  static void keep(Lane& lane, std::size_t size);
  void tell(int index);
  void note(const Lane& lane, const char* what, std::size_t size);
  void note(const Lane& lane, Packet packet, std::size_t size);

  Fabric& fabric_;
  Side sides_[2];
  Time heard_{};  // when either side last heard of the other
  Probe probes_[2];
  Lane lanes_[2];  // by the side that receives
};

}  // namespace bowline::sim
