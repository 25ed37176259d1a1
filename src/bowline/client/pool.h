// Connections to one URL that are lent and given back, so that not each use has to open one.
//
//   Lease lease = co_await pool.take();
//   co_await lease->write_all(request);
#pragma once

#include "bowline/client/connect.h"
#include "bowline/task/gate.h"
#include "bowline/task/timer.h"

#include <deque>
#include <exception>
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

// One connection, for as long as this lives. It then goes back to the pool; or it is closed, when
// an exception ends the use of it: nobody knows where the talk had come to.
class Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Stream& operator*() { return stream_; }
  Stream* operator->() { return &stream_; }
  // It is to be closed at the end: an answer was not read, the peer says that it will close.
  void spoil() { spoilt_ = true; }

 private:
  friend class Pool;
  Lease(Pool& pool, Stream stream) : pool_(&pool), stream_(std::move(stream)) {}

  Pool* pool_;
  Stream stream_;
  bool spoilt_ = true;  // until it is ready to be used
  int exceptions_ = std::uncaught_exceptions();
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
  void give_back(Stream stream, bool spoilt);
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
