#include "bowline/sim/datagram_socket.h"

#include "bowline/backend/backend.h"
#include "bowline/sim/sim_backend.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bowline::sim {
namespace {

constexpr std::size_t receive_buffer = 212992;  // net.core.rmem_default (socket(7))
constexpr std::size_t local_queue_max = 10;     // net.unix.max_dgram_qlen (unix(7))

}  // namespace

DatagramSocket::DatagramSocket(SimBackend& system, const Address& local, const Address& peer,
                               bool shares)
    : Socket(system), local_(local), peer_(peer), shares_(shares), receive_buffer_(receive_buffer) {
  system_.datagrams().add(*this);
}

DatagramSocket::~DatagramSocket() {
  close();
}

void DatagramSocket::close() {
  if (!std::exchange(open_, false)) return;
  system_.datagrams().remove(*this);
  arrived_.clear();
  for (Handle writer : std::exchange(waiting_, {})) system_.progress_soon(writer);
}

bool DatagramSocket::takes(const Address& to, const Address& from) const {
  bool from_peer = peer_.family() == Family::none || peer_ == from;
  if (!from_peer || to.port() != local_.port() || to.family() != local_.family()) return false;
  if (!to.is_ip()) return to == local_;
  bool member = std::find(groups_.begin(), groups_.end(), to.with_port(0)) != groups_.end();
  return member || local_ == to || local_.is_unspecified();
}

bool DatagramSocket::is_full() const {
  if (!local_.is_ip()) return arrived_.size() >= local_queue_max;
  return arrived_size_ >= receive_buffer_;
}

bool DatagramSocket::put(const Address& from, std::string bytes) {
  if (is_full()) return false;
  arrived_size_ += bytes.size();
  arrived_.push_back({std::move(bytes), from});
  progress();
  return true;
}

void DatagramSocket::fail(const Address& to, int error) {
  if (peer_ != to) return;
  error_ = error;
  progress();
}

int DatagramSocket::change_group(const Address& group, bool join) {
  Address bare = group.with_port(0);
  auto found = std::find(groups_.begin(), groups_.end(), bare);
  if (join == (found != groups_.end())) return join ? -EADDRINUSE : -EADDRNOTAVAIL;
  if (join) {
    groups_.push_back(bare);
  } else {
    groups_.erase(found);
  }
  return 0;
}

int DatagramSocket::set_option(int option, int value) {
  switch (static_cast<Option>(option)) {
    case Option::receive_buffer_size:
      receive_buffer_ = static_cast<std::size_t>(std::max(value, 1));
      break;
    case Option::multicast_loop:
      loops_ = value != 0;
      break;
    default:
      break;
  }
  return 0;
}

int DatagramSocket::peer_address(Address& address) const {
  if (peer_.family() == Family::none) return -ENOTCONN;
  address = peer_;
  return 0;
}

bool DatagramSocket::perform(Op& op) {
  switch (op.kind) {
    case Op::Kind::receive_datagram:
      return receive_one(op);
    case Op::Kind::receive_datagrams:
      return receive(op);
    case Op::Kind::send_datagrams:
      return send(op);
    case Op::Kind::send:
      return send_one(op);
    case Op::Kind::poll:
      return (op.for_writing || error_ != 0 || !arrived_.empty()) && answer(op, 0);
    default:
      return answer(op, -EINVAL);
  }
}

bool DatagramSocket::take_error(Op& op) {
  if (!open_) return answer(op, -EBADF);
  return error_ != 0 && answer(op, -std::exchange(error_, 0));
}

DatagramSocket::Arrived DatagramSocket::take() {
  Arrived first = std::move(arrived_.front());
  arrived_.pop_front();
  arrived_size_ -= first.bytes.size();
  for (Handle writer : std::exchange(waiting_, {})) system_.progress_soon(writer);
  return first;
}

bool DatagramSocket::receive_one(Op& op) {
  if (take_error(op)) return true;
  while (!op.empty_counts && !arrived_.empty() && arrived_.front().bytes.empty()) take();
  if (arrived_.empty()) return false;
  Arrived first = take();
  bool lent = op.data != nullptr;
  std::size_t room = lent ? op.size : datagram_size_max;
  if (lent && first.bytes.size() > room) return answer(op, -EMSGSIZE);
  std::size_t size = std::min(first.bytes.size(), room);
  if (size == 0) return answer(op, 0);
  if (!lent) op.received(system_.blocks(), system_.blocks().take());
  std::memcpy(op.data, first.bytes.data(), size);
  return answer(op, static_cast<int>(size));
}

bool DatagramSocket::receive(Op& op) {
  if (take_error(op)) return true;
  int count = 0;
  while (!arrived_.empty() && static_cast<std::size_t>(count) < op.size) {
    Arrived first = take();
    Datagram& datagram = op.incoming[count++];
    std::size_t size = std::min(first.bytes.size(), datagram_size_max);
    std::byte* memory = system_.blocks().take();
    std::memcpy(memory, first.bytes.data(), size);
    datagram.data = Chunk(system_.blocks(), memory, size);
    datagram.address = first.from;
    datagram.truncated = size < first.bytes.size();
    datagram.segment_size = 0;
  }
  return count > 0 && answer(op, count);
}

bool DatagramSocket::send(Op& op) {
  if (take_error(op)) return true;
  for (; op.size > 0; sent_datagrams(op, 1)) {
    const Outgoing& datagram = *op.outgoing;
    const Address& to = datagram.to.family() == Family::none ? peer_ : datagram.to;
    int result = system_.datagrams().send({local_, op.handle, loops_}, to, datagram.bytes);
    if (result == -EAGAIN && !op.at_once) return false;
    if (result < 0) return answer(op, result);
  }
  return answer(op, 0);
}

bool DatagramSocket::send_one(Op& op) {
  if (take_error(op)) return true;
  Bytes bytes(op.data, op.size);
  int result = system_.datagrams().send({local_, op.handle, loops_}, peer_, bytes);
  return result != -EAGAIN && answer(op, result);
}

SocketRow DatagramSocket::row() const {
  SocketRow row;
  row.protocol = local_.family() == Family::ipv4   ? "udp"
                 : local_.family() == Family::ipv6 ? "udp6"
                                                   : "unix";
  row.received = arrived_size_;
  row.local = local_.text();
  row.peer = peer_.family() == Family::none ? std::string(1, '*') : peer_.text();
  return row;
}

}  // namespace bowline::sim
