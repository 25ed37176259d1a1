// One thing that a handle of a simulated host leads to: a stream, a listener, a watch for signals.
// One Op a direction waits in it until it can be done. Other kinds of sockets, datagrams for one,
// are classes beside these.
#pragma once

#include "bowline/backend/op.h"

#include <string>

namespace bowline::sim {

class SimBackend;

// A line of netstat(): what the columns say.
struct SocketRow {
  std::string_view protocol;
  std::size_t received = 0;  // bytes, or connections that wait for accept
  std::size_t unsent = 0;
  std::string local;
  std::string peer;
  std::string_view state;
};

class Socket {
 public:
  explicit Socket(SimBackend& system) : system_(system) {}
  Socket(const Socket&) = delete;
  virtual ~Socket();

  // As Backend::submit and cancel.
  bool submit(Op& op);
  void cancel(Op& op);
  // Does what waits and can be done now.
  void progress();
  bool is_idle() const { return !reader_ && !writer_; }

  // The handle is closed and says so to the peer; or it vanishes, and nobody is told.
  virtual void close() = 0;
  virtual void vanish() = 0;
  // As Backend::end_input.
  virtual int end_input() { return 0; }
  virtual int set_option(int /*option*/, int /*value*/) { return 0; }
  virtual Address local_address() const { return {}; }
  virtual int peer_address(Address&) const;
  virtual SocketRow row() const = 0;

 protected:
  // Does what `op` asks as far as it can be done now; true when that answers it.
  virtual bool perform(Op& op) = 0;
  // After answers were given.
  virtual void settle() {}
  static bool answer(Op& op, int result);

  SimBackend& system_;

 private:
  Op*& place(const Op& op);
  Op* reader_ = nullptr;
  Op* writer_ = nullptr;
};

}  // namespace bowline::sim
