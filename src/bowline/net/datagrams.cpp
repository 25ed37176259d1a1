#include "bowline/net/datagrams.h"

#include "bowline/base/url.h"
#include "bowline/task/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace bowline {
namespace {

// A Unix socket whose receiver's queue is full can't be polled for unless they are connected
// (unix(7)): it is tried again after this, then after twice as long, and so on.
constexpr Duration full_queue_wait = std::chrono::microseconds(200);
constexpr Duration full_queue_wait_max = std::chrono::milliseconds(10);

// What the kernel takes to cut at once: no more than one IP packet could say the size of.
constexpr std::size_t segmented_size_max = 65000;

// What a kernel answers that cannot cut for this route or size (udp(7)).
bool cannot_segment(const Error& error) {
  return error.is(std::errc::invalid_argument) || error.is(std::errc::io_error) ||
         error.is(std::errc::message_size);
}

std::string place(const Address& address) {
  return url_text(datagram_scheme(address), address);
}

}  // namespace

std::string_view datagram_scheme(const Address& address) {
  return address.is_ip() ? "udp" : "unixgram";
}

ReceiveFrom::ReceiveFrom(Datagrams& socket)
    : OpAwait(socket.backend(), Op::Kind::receive_datagrams), socket_(&socket) {
  op_->handle = socket.handle_;
  op_->size = 1;
  op_->segmented = socket.coalesces_;
}

Result<Datagram> ReceiveFrom::result() {
  if (op_->result < 0) return socket_->receive_failure(*context(), op_->result);
  return std::move(datagram_);
}

Result<Chunk> ReceiveBytes::result() {
  if (op_->result < 0) return ReceiveFrom::result().error();
  return std::move(datagram_.data);
}

ReceiveBatch::ReceiveBatch(Datagrams& socket, std::span<Datagram> into)
    : OpAwait(socket.backend(), Op::Kind::receive_datagrams), socket_(&socket) {
  BOWLINE_CHECK(!into.empty());
  op_->handle = socket.handle_;
  op_->incoming = into.data();
  op_->size = into.size();
  op_->segmented = socket.coalesces_;
}

Result<std::size_t> ReceiveBatch::result() {
  if (op_->result < 0) return socket_->receive_failure(*context(), op_->result);
  return static_cast<std::size_t>(op_->result);
}

SendBatch::SendBatch(Datagrams& socket, std::span<const Outgoing> batch)
    : OpAwait(socket.backend(), Op::Kind::send_datagrams),
      socket_(&socket),
      pause_(full_queue_wait) {
  op_->handle = socket.handle_;
  op_->outgoing = batch.data();
  op_->size = batch.size();
  op_->at_once = !socket.local_.is_ip();
}

SendOne::SendOne(Datagrams& socket, Bytes bytes, const Address& to)
    : SendBatch(socket, {}), datagram_{bytes, to, 0} {
  op_->size = 1;
}

bool SendBatch::begin(std::coroutine_handle<> awaiting, Context& context) {
  if (!op_->at_once || context.cancelled()) return op_->begin(awaiting, context);
  op_->coroutine = awaiting;
  op_->context = &context;
  BOWLINE_CHECK(door().submit(*op_));
  if (op_->result != -EAGAIN) {
    if (context.scheduler().may_go_on()) return false;
    context.scheduler().ready(*this);
    return true;
  }
  context.begin_wait(*this);
  pause();
  return true;
}

void SendBatch::pause() {
  pausing_ = true;
  Scheduler& scheduler = context()->scheduler();
  scheduler.set(*this, later(scheduler.now(), pause_));
  pause_ = std::min(2 * pause_, full_queue_wait_max);
}

void SendBatch::fire() {
  pausing_ = false;
  BOWLINE_CHECK(door().submit(*op_));
  if (op_->result == -EAGAIN) return pause();
  context()->scheduler().ready(*this);
}

void SendBatch::ask_to_end() {
  if (!pausing_) return;  // answered already, and on its way to the loop
  pausing_ = false;
  context()->scheduler().clear(*this);
  op_->result = -ECANCELED;
  context()->scheduler().ready(*this);
}

Result<void> SendBatch::result() {
  if (op_->result >= 0) return {};
  Address to = op_->size > 0 ? op_->outgoing->to : Address();
  if (to.family() == Family::none) to = socket_->peer_;
  bool nowhere = to.family() == Family::none;
  std::string action = nowhere ? "send from " + socket_->url() : "send to " + place(to);
  if (op_->result == -ECANCELED && context()->cancelled()) {
    return cancelled_error(*context(), action);
  }
  return make_error(-op_->result, action, door().advice(Attempted::send, to, -op_->result));
}

Datagrams::Datagrams(Backend& backend, const Address& local, const Address& peer,
                     const DatagramOptions& options)
    : backend_(&backend), local_(local), peer_(peer), coalesces_(options.coalesce) {
  bool connects = peer.family() != Family::none;
  handle_ = backend.open_datagrams(local_, peer, options);
  if (handle_ < 0) {
    int error = -std::exchange(handle_, no_handle);
    const Address& about = connects ? peer : local;
    std::string advice =
        backend.advice(connects ? Attempted::connect : Attempted::listen, about, error);
    throw make_error(error, (connects ? "connect to " : "bind to ") + place(about), advice);
  }
  segments_max_ = backend.segments_max(handle_);
}

Datagrams::Datagrams(Backend& backend, Handle handle)
    : backend_(&backend), handle_(handle), segments_max_(backend.segments_max(handle)) {
  backend.local_address(handle, local_);
}

Datagrams::Datagrams(Datagrams&& other) noexcept
    : backend_(other.backend_),
      handle_(std::exchange(other.handle_, no_handle)),
      local_(std::move(other.local_)),
      peer_(std::move(other.peer_)),
      coalesces_(other.coalesces_),
      segments_max_(other.segments_max_) {}

Datagrams& Datagrams::operator=(Datagrams&& other) noexcept {
  std::swap(backend_, other.backend_);
  std::swap(handle_, other.handle_);
  std::swap(local_, other.local_);
  std::swap(peer_, other.peer_);
  std::swap(coalesces_, other.coalesces_);
  std::swap(segments_max_, other.segments_max_);
  return *this;
}

// As with a Listener, another process may have the socket as well.
Datagrams::~Datagrams() {
  if (handle_ == no_handle) return;
  backend_->release(handle_);
  backend_->close(handle_);
}

Task<> Datagrams::send_segments(Bytes bytes, std::uint16_t segment_size, Address to) {
  BOWLINE_CHECK(segment_size > 0);
  std::array<Outgoing, 8> batch;
  while (!bytes.empty()) {
    std::size_t count = 0;
    Bytes rest = bytes;
    std::size_t at_once = std::min(segments_max_, segmented_size_max / segment_size);
    bool cut = at_once > 1;
    while (count < batch.size() && !rest.empty()) {
      Outgoing& next = batch[count++];
      next.bytes = rest.first(std::max<std::size_t>(1, at_once) * segment_size);
      next.to = to;
      next.segment_size = next.bytes.size() > segment_size ? segment_size : std::uint16_t(0);
      rest = rest.after(next.bytes.size());
    }
    SendBatch sending(*this, {batch.data(), count});
    Result<void> sent = co_await attempt(std::move(sending));
    if (sent) {
      bytes = rest;
    } else if (cut && cannot_segment(sent.error())) {
      segments_max_ = 1;
    } else {
      throw sent.error();
    }
  }
}

void Datagrams::change_group(const Address& group, unsigned interface, bool join) {
  int result = backend_->change_group(handle_, group, interface, join);
  if (result == 0) return;
  bool there = result == -EADDRINUSE;
  std::string_view advice = there                      ? "it is a member already"
                            : result == -EADDRNOTAVAIL ? "it is no member of it"
                            : result == -EINVAL        ? "that is no address of a group"
                            : result == -ENODEV        ? "no interface has a route for it; name one"
                                                       : "";
  throw make_error(-result, (join ? "join the group " : "leave the group ") + place(group), advice);
}

void Datagrams::set_option(Option option, int value) {
  int result = backend_->set_option(handle_, option, value);
  if (result < 0) throw make_error(-result, "set an option of " + url());
}

std::string Datagrams::url() const {
  return place(local_);
}

Error Datagrams::receive_failure(const Context& context, int result) const {
  const Address& about = peer_.family() == Family::none ? local_ : peer_;
  std::string action = (&about == &peer_ ? "receive from " : "receive on ") + place(about);
  if (result == -ECANCELED && context.cancelled()) return cancelled_error(context, action);
  return make_error(-result, action, backend_->advice(Attempted::receive, about, -result));
}

}  // namespace bowline
