// Datagrams are single messages, to and from anybody: UDP, or a Unix datagram socket. One that is
// sent comes whole or not at all; over UDP it may also come late, twice, or after its successor.
//
//   Datagram datagram = co_await socket.receive_from();
//   co_await socket.send_to(datagram.data, datagram.address);
#pragma once

#include "bowline/base/error.h"
#include "bowline/net/transport.h"
#include "bowline/task/attempt.h"
#include "bowline/task/task.h"
#include "bowline/task/timer.h"

#include <span>
#include <string>
#include <utility>

namespace bowline {

class Datagrams;

class ReceiveFrom : public OpAwait<Backend> {
 public:
  explicit ReceiveFrom(Datagrams& socket);
  // Where the answer goes, wherever the awaiting ends up in memory.
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    op_->incoming = &datagram_;
    return OpAwait::await_suspend(awaiting);
  }
  Datagram await_resume() { return result().value(); }
  Result<Datagram> result();

 protected:
  const Datagrams* socket_;
  Datagram datagram_;
};

class ReceiveBytes : public ReceiveFrom {
 public:
  using ReceiveFrom::ReceiveFrom;
  Chunk await_resume() { return result().value(); }
  Result<Chunk> result();
};

class ReceiveBatch : public OpAwait<Backend> {
 public:
  ReceiveBatch(Datagrams& socket, std::span<Datagram> into);
  std::size_t await_resume() { return result().value(); }
  Result<std::size_t> result();

 private:
  const Datagrams* socket_;
};

class SendBatch : public OpAwait<Backend>, protected Waiter, protected Timer {
 public:
  SendBatch(Datagrams& socket, std::span<const Outgoing> batch);
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    return begin(awaiting, *awaiting.promise().context);
  }
  void await_resume() { result().value(); }
  Result<void> result();

 protected:
  bool begin(std::coroutine_handle<> awaiting, Context& context);
  void pause();
  void fire() override;
  void go_on() override { op_->go_on(); }
  void ask_to_end() override;

  const Datagrams* socket_;
  bool pausing_ = false;  // until the receiver's queue may have room again
  Duration pause_;
};

class SendOne : public SendBatch {
 public:
  SendOne(Datagrams& socket, Bytes bytes, const Address& to);
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    op_->outgoing = &datagram_;
    return SendBatch::await_suspend(awaiting);
  }

 private:
  Outgoing datagram_;
};

class Datagrams {
 public:
  // Binds to `local` and, unless its family is none, connects to `peer`. See Network.
  Datagrams(Backend& backend, const Address& local, const Address& peer,
            const DatagramOptions& options);
  // Owns `handle`, which is bound.
  Datagrams(Backend& backend, Handle handle);
  Datagrams(Datagrams&& other) noexcept;
  Datagrams& operator=(Datagrams&& other) noexcept;
  ~Datagrams();  // closes; the file of a Unix socket goes

  // All of these throw Error, or give it in a Result through attempt(). One task may receive and
  // one send at the same time. Cancelling loses no datagram that was not yet handed over.

  // The next datagram, in memory of the loop's pool: keep what must last as a copy.
  ReceiveFrom receive_from() { return ReceiveFrom(*this); }
  // Sends one; `bytes` must stay until then. It waits for room in the system's buffers, or, between
  // Unix sockets, in the receiver's queue. UDP: at most 65,507 bytes (IPv6: 65,527).
  SendOne send_to(Bytes bytes, const Address& to) { return SendOne(*this, bytes, to); }

  // The same when connected, where "connection refused" means that an earlier one found nobody.
  ReceiveBytes receive() { return ReceiveBytes(*this); }
  SendOne send(Bytes bytes) { return SendOne(*this, bytes, {}); }

  // Fills the front of `into` with what has come, at least one, and says how many: one system call
  // for up to 64 (datagram_batch_max).
  ReceiveBatch receive_batch(std::span<Datagram> into) { return ReceiveBatch(*this, into); }
  // Sends all of `batch`, 64 to a system call. An Error names the first that could not be sent: the
  // ones before it are gone, those after it are not.
  SendBatch send_batch(std::span<const Outgoing> batch) { return SendBatch(*this, batch); }
  // Sends `bytes` as datagrams of `segment_size` bytes each, of which the last may be shorter. The
  // kernel cuts them where it can (UDP_SEGMENT), which is several times faster than sending each.
  Task<> send_segments(Bytes bytes, std::uint16_t segment_size, Address to = {});

  // Multicast: what is sent to `group` at this socket's port comes here too. `interface` is an
  // interface's index (if_nametoindex(3)); 0: the system chooses by its routes.
  void join(const Address& group, unsigned interface = 0) { change_group(group, interface, true); }
  void leave(const Address& group, unsigned interface = 0) {
    change_group(group, interface, false);
  }
  // Buffer sizes in bytes (socket(7)), broadcast and what concerns multicast.
  void set_option(Option option, int value);

  const Address& local_address() const { return local_; }
  const Address& peer_address() const { return peer_; }
  // "udp://127.0.0.1:8000", "unixgram:/run/x.sock"
  std::string url() const;
  Handle handle() const { return handle_; }
  Backend& backend() const { return *backend_; }

 private:
  friend class ReceiveFrom;
  friend class ReceiveBatch;
  friend class SendBatch;
  void change_group(const Address& group, unsigned interface, bool join);
  Error receive_failure(const Context& context, int result) const;

  Backend* backend_;
  Handle handle_ = no_handle;
  Address local_;
  Address peer_;
  bool coalesces_ = false;
  std::size_t segments_max_;
};

// "udp" or "unixgram": the scheme of datagram sockets at `address`.
std::string_view datagram_scheme(const Address& address);

}  // namespace bowline
