// The network that a task may use: the kernel's, or a simulated host's. It is handed down from
// main, so code that takes a Network runs in both unchanged. A small value; the loop behind it must
// last.
#pragma once

#include "bowline/base/time.h"
#include "bowline/net/datagrams.h"
#include "bowline/net/listener.h"
#include "bowline/net/stream.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace bowline {

class Loop;

class Network {
 public:
  explicit Network(Loop& loop) : loop_(&loop) {}
  // The same network; only its errors of connecting do not say what to try. Looking that up takes
  // the system time, which is lost on a failure that nobody will read.
  Network without_advice() const {
    Network quiet = *this;
    quiet.advises_ = false;
    return quiet;
  }

  // Listens at `address` with a stream socket; port 0 means any that is free.
  Listener listen(const Address& address, const ListenOptions& options = {});
  // A stream to `address`. See connect(network, url) for names.
  Task<Stream> connect(Address address);
  // A datagram socket at `local` (UDP, or Unix); port 0 and an unnamed Unix address are chosen by
  // the system. It sends to anybody and receives from anybody.
  Datagrams open_datagrams(const Address& local, const DatagramOptions& options = {});
  // One that talks to `peer` alone. Nothing is sent yet, so this succeeds whoever is there.
  Datagrams connect_datagrams(const Address& peer, const DatagramOptions& options = {});
  // The same as a stream: each write is a datagram, each read gives one.
  Stream connect_datagram_stream(const Address& peer);
  // The addresses of `host`, at least one, in the order of RFC 6724. Never blocks the loop. With
  // `passive` they are for listening: an empty host means all interfaces.
  Task<std::vector<Address>> resolve(std::string host, std::uint16_t port, bool passive = false);
  // A stream over what another loop has accepted and let go.
  Stream adopt(Accepted accepted);
  void let_go(const Accepted& accepted);
  // A socket that this process was given and that listens, or is bound, already; it must not block.
  // It is theirs from now on, but the file of a Unix socket is not: see own_file().
  Listener adopt_listener(Handle handle);
  Datagrams adopt_datagrams(Handle handle);
  // Whether the file of a Unix socket goes with it, as it does where listen() or open_datagrams()
  // made it.
  void own_file(Handle handle, bool owned);

  // Waits for one of `signals` and gives which: they no longer act on their own from the call on
  // (not from the await). Call it before other threads begin.
  Task<int> signal(std::initializer_list<int> signals);

  Time now();
  // Bytes that nobody can guess (getrandom(2)); in a simulated world, of its seed.
  void fill_random(MutableBytes bytes);
  // As Loop::post: has `work` called on the loop's thread. From any thread; never waits.
  void post(std::function<void()> work);
  Loop& loop() { return *loop_; }
  Scheduler& scheduler();

 private:
  Loop* loop_;
  bool advises_ = true;
};

// The network of the loop that the awaiting task runs on: for handlers, which are given a stream
// and nothing else.
Task<Network> current_network();

}  // namespace bowline
