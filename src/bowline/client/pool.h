// Connections to one URL that are lent and given back, so that not each use has to open one.
//
//   Lease lease = co_await pool.take();
//   co_await lease->write_all(request);
//   auto answer = co_await lease->read_line();
//   lease.done();
#pragma once

#include "bowline/client/connect.h"
#include "bowline/task/gate.h"
#include "bowline/task/timer.h"

#include <deque>
#include <functional>
#include <string>

namespace bowline {

struct PoolOptions {
  ConnectOptions connect;
  // For names, handshakes and prepare(), together.
  Duration connect_timeout = std::chrono::seconds(10);
  std::size_t count_max = 8;  // connections, lent and idle together
  // One that nobody wants for so long is closed.
  Duration idle_time = std::chrono::seconds(60);
  // What each new connection begins with: logging in.
  std::function<Task<>(Stream& stream)> prepare;
  // Asked before an idle one is lent again; an Error has it replaced. Besides that, one that the
  // peer has ended, or on which it said something that nobody asked for, is never lent.
  std::function<Task<>(Stream& stream)> check;
  Duration check_timeout = std::chrono::seconds(2);
};

class Pool;

// One connection, until done() gives it back to the pool. It is closed when this goes without that:
// after an exception nobody knows where the talk had come to.
class Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Stream& operator*() { return stream_; }
  Stream* operator->() { return &stream_; }
  // All that was asked for has come, and the peer will not close: others may have it now. Nothing
  // more can be done with it here.
  void done();

 private:
  friend class Pool;
  Lease(Pool& pool, Stream stream) : pool_(&pool), stream_(std::move(stream)) {}

  Pool* pool_;  // null once it was given back
  Stream stream_;
};

class Pool : private Timer {
 public:
  // Does nothing yet. Belongs to the network's loop, as its leases do.
  Pool(Network network, std::string url, PoolOptions options = {});
  Pool(const Pool&) = delete;
  ~Pool();  // no lease may be left

  // An idle connection that still works, or a new one. Waits while `count_max` are lent: see
  // within(). Throws Error when connecting fails; that is not tried again.
  Task<Lease> take();

  std::size_t count() const { return count_; }  // lent and idle
  std::size_t idle_count() const { return idle_.size(); }

 private:
  friend class Lease;
  struct Idle {
    Stream stream;
    Time since;
  };

  Task<bool> is_healthy(Stream* stream);
  Task<> open(Stream* stream);
  void keep(Stream stream);
  void drop();
  void fire() override;
  void set_timer();

  Network network_;
  const std::string url_;
  const PoolOptions options_;
  std::deque<Idle> idle_;  // the one that was used last is the last
  std::size_t count_ = 0;  // those that are being opened included
  Gate freed_;             // pulses when who waits may have one
};

}  // namespace bowline
