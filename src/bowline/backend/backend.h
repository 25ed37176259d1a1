// The one door to the network: the kernel through epoll or io_uring, or a simulated world. Whoever
// is above it says what to do with Ops and handles, and never knows which backend does it.
//
// cancel asks, the answer ends: an Op is over when next() hands it back (or submit() said so), and
// at no other time. One thread uses a backend; only wake() may be called from others.
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/backend/datagram.h"
#include "bowline/backend/op.h"
#include "bowline/base/time.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace bowline {

class SplicePipes;

enum class Option {
  no_delay,
  keep_alive,
  peer_timeout,  // TCP: a peer of which nothing is heard, also when asked, is given up: seconds
  send_buffer_size,
  receive_buffer_size,
  linger,
  // Of datagram sockets: ip(7), ipv6(7).
  broadcast,
  multicast_loop,       // what is sent to a group comes to members on this host too: 0 or 1
  multicast_hops,       // how many routers it may pass (TTL)
  multicast_interface,  // the index of the interface it leaves by
};

struct ListenOptions {
  int backlog = 4096;         // connections that may wait for accept; the system may lower it
  bool reuse_address = true;  // do not wait for old connections of the port (SO_REUSEADDR)
};

// What was being done, for advice on why it failed.
enum class Attempted { listen, connect, accept, receive, send };

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  // Begins `op`. True when it is answered already; else next() hands it back later, once.
  virtual bool submit(Op& op) = 0;
  // Asks that `op`, submitted and not yet answered, ends soon. Its result is then -ECANCELED,
  // unless it was done first.
  virtual void cancel(Op& op) = 0;
  // As Transport::finish: what next() gives is all that was asked for.
  static constexpr bool finish(Op&) { return true; }
  // Sleeps until there is something for next(), wake() is called, or it is `until`.
  virtual void wait(Time until) = 0;
  // The next answered Op, or nullptr when there is none before another wait().
  virtual Op* next() = 0;
  virtual void wake() = 0;
  virtual Time now() = 0;
  virtual void fill_random(MutableBytes bytes) = 0;

  // What follows never waits. Results: zero or a handle, or the negative number of an error.
  virtual int open(Family family) = 0;  // a stream socket, to be connected
  // A listening stream socket at `address`, which then says the port that was chosen for port 0.
  virtual int listen(Address& address, const ListenOptions& options) = 0;
  // A datagram socket bound to `local`, which then says where it is; a port of 0 and an unnamed
  // Unix address are chosen by the system. With a `peer` it is connected to that one: it receives
  // from there only, and is told when nothing listens there.
  virtual int open_datagrams(Address& local, const Address& peer,
                             const DatagramOptions& options) = 0;
  // Joins or leaves a multicast group on the interface of that index; 0: the system chooses.
  virtual int change_group(Handle handle, const Address& group, unsigned interface, bool join) = 0;
  // How many segments one Outgoing may have here; 1: the system does not cut.
  virtual std::size_t segments_max(Handle handle) = 0;
  // Forgets `handle` without closing it. No Op may be under way on it. There is no counterpart: a
  // handle that another backend of the kind let go, or the system gave, may be used as it is.
  virtual void release(Handle handle) = 0;
  // Whether the file of the Unix socket `handle` goes when that closes: by itself that of listen()
  // and open_datagrams() does, and of a handle that the system gave it doesn't.
  virtual void own_file(Handle, bool) {}
  // What comes in on the stream `handle` from now on is nobody's: a read gives what is there, then
  // the end (shutdown(2), SHUT_RD).
  virtual int end_input(Handle handle) = 0;
  // Closes `handle`. No Op may be under way on it.
  virtual void close(Handle handle) = 0;
  virtual int set_option(Handle handle, Option option, int value) = 0;
  virtual int local_address(Handle handle, Address& address) = 0;
  virtual int peer_address(Handle handle, Address& address) = 0;
  virtual int credentials(Handle handle, Credentials& credentials) = 0;
  // How many bytes that were written to the stream `handle` its peer has not acknowledged, or on
  // this host not read; the kernel counts what it needs beside them there.
  virtual int queued(Handle handle) = 0;
  // Where bytes can go from one handle to another without being copied; null where they can't.
  virtual SplicePipes* pipes() { return nullptr; }

  // A handle that can be read (kind poll) once one of `signals` has come for this process, which
  // then no longer act on their own; to be opened before other threads begin. read_signal says
  // which came.
  virtual int open_signals(std::initializer_list<int> signals) = 0;
  virtual int read_signal(Handle handle) = 0;

  // What to try after `error_number` (positive), or nothing: the last part of an error's text.
  virtual std::string advice(Attempted attempted, const Address& address, int error_number) = 0;
};

// The backend of this `name` ("io_uring", "epoll"), or the best that this kernel allows for an
// empty name; an empty pointer for a name that is unknown.
//
// A loop looks for events for up to `spin` before it sleeps, while they come often: that halves the
// time of a round trip, and costs an idle loop nothing. Zero sleeps at once; `automatic_spin` is 50
// us where there are two cores or more.
inline constexpr Duration automatic_spin{-1};
std::unique_ptr<Backend> make_backend(std::string_view name, Duration spin = automatic_spin);

// How many processor cores this process may run on, at least one.
unsigned usable_cores();

}  // namespace bowline
