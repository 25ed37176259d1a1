#include "bowline/sim/connection.h"

#include "bowline/base/check.h"
#include "bowline/sim/listener_socket.h"
#include "bowline/sim/sim_backend.h"
#include "bowline/sim/stream_socket.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bowline::sim {
namespace {

constexpr std::size_t header_size = 40;  // of a packet on the wire (RFC 9293, RFC 791)

const char* name_of(Packet packet) {
  switch (packet) {
    case Packet::syn:
      return "syn";
    case Packet::syn_ack:
      return "syn-ack";
    case Packet::data:
      return "data";
    case Packet::fin:
      return "fin";
    case Packet::reset:
      return "reset";
    case Packet::unreachable:
      return "unreachable";
  }
  return "";
}

bool is_request(Packet packet) {
  return packet == Packet::syn || packet == Packet::syn_ack;
}

}  // namespace

// A socket that learns of a failure lets the connection go, which then must not be the last.
void Lane::happen() {
  std::shared_ptr<Connection> alive = connection_.shared_from_this();
  connection_.arrive(*this);
}

void Probe::happen() {
  std::shared_ptr<Connection> alive = connection_.shared_from_this();
  connection_.probe(from_);
}

void Lane::pop_flight() {
  resent_ = 0;
  if (++first_ < flights_.size()) return;
  flights_.clear();
  first_ = 0;
}

Connection::Connection(Fabric& fabric, SimBackend& from, const Address& local, SimBackend& to,
                       const Address& remote)
    : fabric_(fabric), probes_{{*this, 0}, {*this, 1}}, lanes_{{*this, 0}, {*this, 1}} {
  sides_[0] = {.system = &from, .address = local, .open = true};
  sides_[1] = {.system = &to, .address = remote};
}

const Link& Connection::link() const {
  return fabric_.links.rules(sides_[0].system->number(), sides_[1].system->number());
}

void Connection::request() {
  send(lanes_[1], Packet::syn, 0);
}

void Connection::connect_now() {
  sides_[0].established = sides_[1].established = sides_[1].open = true;
  sides_[1].system->listener_at(sides_[1].address)->add(shared_from_this());
}

std::size_t Connection::room(int from) const {
  std::size_t limit = sides_[from].send_buffer ? sides_[from].send_buffer : link().send_buffer;
  return limit - std::min(limit, unsent(from));
}

std::size_t Connection::unsent(int index) const {
  const Lane& lane = lanes_[1 - index];
  return lane.bytes_.size() - lane.readable_;
}

std::size_t Connection::write(int from, Bytes bytes) {
  Lane& lane = lanes_[1 - from];
  bytes = bytes.first(room(from));
  BOWLINE_CHECK(lane.bytes_.append(bytes));
  send_more(lane);
  return bytes.size();
}

std::size_t Connection::read(int to, MutableBytes into) {
  Lane& lane = lanes_[to];
  std::size_t size = std::min<std::size_t>(lane.readable_, into.size());
  if (size == 0) return 0;
  std::memcpy(into.data(), lane.bytes_.bytes().data(), size);
  lane.bytes_.consume(size);
  lane.readable_ -= static_cast<std::uint32_t>(size);
  if (lane.unsent() > 0) send_more(lane);
  return size;
}

void Connection::end(int from) {
  Lane& lane = lanes_[1 - from];
  lane.end_wanted_ = true;
  send_more(lane);
}

void Connection::close(int from, bool reset) {
  Side& side = sides_[from];
  side.open = false;
  side.socket = nullptr;
  if (side.dead) return;
  Lane& out = lanes_[1 - from];
  if (reset || lanes_[from].readable_ > 0) {
    drop_unarrived(out);
    send(out, Packet::reset, 0);
  } else if (!out.end_wanted_) {
    end(from);
  }
}

void Connection::vanish(int from) {
  Side& side = sides_[from];
  side.open = false;
  side.socket = nullptr;
  Lane& out = lanes_[1 - from];
  if (out.unsent() > 0) keep(out, out.readable_ + out.flying_);
  out.end_wanted_ = out.end_sent_;
}

void Connection::fail(int index, int error) {
  Side& side = sides_[index];
  if (side.dead) return;
  side.error = error;
  side.dead = true;
  drop_unarrived(lanes_[1 - index]);
  drop_unarrived(lanes_[index]);
  tell(index);
}

// What waits to be sent, and what is on the way, is gone.
void Connection::drop_unarrived(Lane& lane) {
  if (lane.flying_ > 0 || lane.unsent() > 0) keep(lane, lane.readable_);
  lane.flying_ = 0;
  lane.flights_.clear();
  lane.first_ = 0;
  lane.resent_ = 0;
  fabric_.agenda.clear(lane);
}

void Connection::keep(Lane& lane, std::size_t size) {
  Buffer kept{~std::size_t(0)};
  BOWLINE_CHECK(kept.append(lane.bytes_.bytes().first(size)));
  lane.bytes_ = std::move(kept);
}

void Connection::tell(int index) {
  if (StreamSocket* socket = sides_[index].socket) socket->progress();
}

void Connection::send(Lane& lane, Packet packet, std::size_t size) {
  const Link& rules = link();
  std::size_t from = sides_[1 - lane.to_].system->number();
  std::size_t to = sides_[lane.to_].system->number();
  Time arrival = fabric_.links.arrival(from, to, size + header_size, fabric_.now, fabric_.random);
  bool lost = packet != Packet::reset && (rules.cut || fabric_.random.chance(rules.loss));
  if (lost) {
    note(lane, "lost", size);
    arrival += rules.resend_after;
  }
  if (packet == Packet::data && fabric_.random.chance(rules.resets)) packet = Packet::reset;
  arrival = lane.latest_ = std::max(arrival, lane.latest_);
  lane.flights_.push_back({arrival, static_cast<std::uint32_t>(size), packet});
  if (lane.flights_.size() - lane.first_ == 1) fabric_.agenda.set(lane, arrival);
}

// Sends as much as the peer's system has room for, and the end behind the last byte.
void Connection::send_more(Lane& lane) {
  const Side& from = sides_[1 - lane.to_];
  const Side& to = sides_[lane.to_];
  if (from.dead || !from.established) return;
  const Link& rules = link();
  std::size_t limit = to.receive_buffer ? to.receive_buffer : rules.receive_buffer;
  for (;;) {
    std::size_t held = lane.readable_ + lane.flying_;
    std::size_t size = std::min({lane.unsent(), limit - std::min(limit, held), rules.packet_size});
    if (size == 0) break;
    lane.flying_ += static_cast<std::uint32_t>(size);
    send(lane, Packet::data, size);
  }
  if (lane.unsent() == 0 && lane.end_wanted_ && !lane.end_sent_) {
    lane.end_sent_ = true;
    send(lane, Packet::fin, 0);
  }
}

void Connection::arrive(Lane& lane) {
  Lane::Flight flight = lane.flights_[lane.first_];
  bool passes = sides_[lane.to_].system->is_up() && !link().cut;
  if (!passes) return stall(lane);
  note(lane, flight.packet, flight.size);
  heard_ = fabric_.now;
  take(lane, flight);
  if (lane.first_ < lane.flights_.size()) {
    Time next = std::max(lane.flights_[lane.first_].arrival, fabric_.now);
    fabric_.agenda.set(lane, next);
  }
}

void Connection::take(Lane& lane, Lane::Flight flight) {
  Side& to = sides_[lane.to_];
  Side& from = sides_[1 - lane.to_];
  if (flight.packet == Packet::syn) return take_request(lane);
  lane.pop_flight();
  if (flight.packet == Packet::reset || flight.packet == Packet::unreachable) {
    if (from.open && !from.dead) fail(1 - lane.to_, ECONNRESET);  // a link did it: both learn
    int error = !to.established ? ECONNREFUSED : lane.end_arrived_ ? EPIPE : ECONNRESET;
    if (flight.packet == Packet::unreachable) error = EHOSTUNREACH;
    return fail(lane.to_, error);
  }
  if (to.dead) return;
  if (!to.open) {  // nobody there: the sender is told so
    if (flight.packet == Packet::fin || from.dead) return;
    drop_unarrived(lane);
    return send(lanes_[1 - lane.to_], Packet::reset, 0);
  }
  if (flight.packet == Packet::data) return take_data(lane, flight.size);
  if (flight.packet == Packet::fin) lane.end_arrived_ = true;
  if (flight.packet == Packet::syn_ack) {
    to.established = true;
    send_more(lanes_[1 - lane.to_]);
  }
  tell(lane.to_);
}

void Connection::take_data(Lane& lane, std::uint32_t size) {
  lane.flying_ -= size;
  lane.readable_ += size;
  tell(lane.to_);
  tell(1 - lane.to_);  // its buffer has room again
}

void Connection::take_request(Lane& lane) {
  const Link& rules = link();
  ListenerSocket* listener = sides_[1].system->listener_at(sides_[1].address);
  bool allowed = rules.connecting == Connecting::allowed;
  if (allowed && listener && listener->is_full()) return stall(lane);
  lane.pop_flight();
  if (!allowed || !listener) {
    bool unreachable = rules.connecting == Connecting::unreachable;
    return send(lanes_[0], unreachable ? Packet::unreachable : Packet::reset, 0);
  }
  sides_[1].open = sides_[1].established = true;
  send(lanes_[0], Packet::syn_ack, 0);
  listener->add(shared_from_this());
}

void Connection::watch_peer(int index, Duration timeout) {
  sides_[index].peer_timeout = timeout;
  heard_ = fabric_.now;
  fabric_.agenda.set(probes_[index], fabric_.now + timeout / 2);
}

// As the kernel: an idle peer is asked from half of the time on.
void Connection::probe(int from) {
  const Side& side = sides_[from];
  const Side& peer = sides_[1 - from];
  if (!side.open || side.dead) return;
  Time asked_from = heard_ + side.peer_timeout / 2;
  if (fabric_.now < asked_from) return fabric_.agenda.set(probes_[from], asked_from);
  if (peer.system->is_up() && !link().cut) {
    bool knows_nothing = !peer.open && !lanes_[from].end_wanted_;  // it has started again
    if (knows_nothing) return fail(from, ECONNRESET);
    heard_ = fabric_.now;
  }
  Time given_up = heard_ + side.peer_timeout;
  if (fabric_.now >= given_up) return fail(from, ETIMEDOUT);
  fabric_.agenda.set(probes_[from], std::min(fabric_.now + side.peer_timeout / 6, given_up));
}

// The next packet did not get through: it is sent again later, or the sender gives up.
void Connection::stall(Lane& lane) {
  Lane::Flight& flight = lane.flights_[lane.first_];
  note(lane, "lost", flight.size);
  if (flight.packet == Packet::reset) return drop_unarrived(lane);
  if (lane.resent_ == 0) lane.stalled_since_ = fabric_.now;
  const Link& rules = link();
  Duration own = sides_[1 - lane.to_].peer_timeout;
  Duration patience = is_request(flight.packet) ? rules.connect_timeout
                      : own > Duration()        ? own
                                                : rules.send_timeout;
  if (fabric_.now - lane.stalled_since_ >= patience) {
    note(lane, "given up", flight.size);
    if (flight.packet == Packet::syn_ack) return drop_unarrived(lane);
    return fail(1 - lane.to_, ETIMEDOUT);
  }
  Duration wait = rules.resend_after;
  for (int times = 0; times < lane.resent_ && wait < rules.resend_after_max; ++times) wait *= 2;
  wait = std::min({wait, rules.resend_after_max, lane.stalled_since_ + patience - fabric_.now});
  if (lane.resent_ < 255) ++lane.resent_;
  flight.arrival = fabric_.now + wait;
  lane.latest_ = std::max(lane.latest_, flight.arrival);
  fabric_.agenda.set(lane, flight.arrival);
}

void Connection::note(const Lane& lane, Packet packet, std::size_t size) {
  note(lane, name_of(packet), size);
}

void Connection::note(const Lane& lane, const char* what, std::size_t size) {
  if (!fabric_.trace.on()) return;
  const Side& from = sides_[1 - lane.to_];
  const Side& to = sides_[lane.to_];
  std::string line =
      fmt::format("{} > {}  {} > {}  {}", from.system->host_name(), to.system->host_name(),
                  from.address.text(), to.address.text(), what);
  if (size > 0) line += fmt::format(" {}", size);
  fabric_.note(line);
}

}  // namespace bowline::sim
