// A Server runs a handler for each connection that comes to its addresses, on a loop per core. One
// loop accepts and deals the connections out in turn; each then stays with its loop.
//
//   Task<> echo(Stream stream) {
//     while (auto chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
//   }
//   int main() { return serve("tcp://localhost:12345", echo); }
#pragma once

#include "bowline/net/worker.h"
#include "bowline/server/doors.h"
#include "bowline/server/shard.h"
#include "bowline/server/status.h"
#include "bowline/session/message_stream.h"
#include "bowline/task/scope.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bowline {

struct ServerOptions {
  unsigned threads = 0;  // loops; 0: one for each core this process may use
  std::string backend;   // see make_backend, as for spin
  Duration spin = automatic_spin;
  ListenOptions listen;
  ServerLimits limits;
  PeerLimits peers;  // of datagram sockets, each for itself
  OpenOptions open;
  // Files (PEM) for tls://, wss:// and any://; open.tls can say more. Without a name for the key it
  // is NAME.key beside NAME.pem, as `bowline cert` makes them.
  std::string certificate;
  std::string key;
  ServerObserver observer;
  // Counts what each connection reads and writes, so that status() and connections() tell of it,
  // and trace() can show it.
  bool observe = false;
};

// `options.open` with all that the other options say of it. Throws Error when the certificate can't
// be used.
OpenOptions open_options(const ServerOptions& options);

class Server {
 public:
  // With loops and threads of its own, for run(). Throws Error when the certificate can't be used.
  explicit Server(ServerOptions options = {});
  // On the loop of `network`, for serve(): beside other tasks, or in a simulated world.
  explicit Server(Network network, ServerOptions options = {});
  Server(const Server&) = delete;
  ~Server();

  // Serves `handler` at `url` (see listen()). Before run() or serve(); at most 4,096 of them.
  void add(std::string url, Handler handler, std::string service = {});
  // Sockets that this process was given, its own from now on (os::take_inherited_sockets). One that
  // bears a URL of add() as its name, or is at an address of it, is used in place of a new one; the
  // rest are closed, which is told. Before run() or serve().
  void adopt(std::vector<InheritedSocket> sockets);
  // A task on the first loop for as long as the server listens: it begins when all addresses can be
  // connected to, and is cancelled by drain() and stop(). Before run() or serve().
  void meanwhile(std::function<Task<>(Network)> task);
  // Listens everywhere, then serves until drain(), stop(), SIGINT or SIGTERM. The signals drain, a
  // second one stops. Throws Error when it can't listen.
  void run();
  // The same as a task, which may be cancelled: that stops.
  Task<> serve();
  // Ends it kindly: nothing more is accepted, connections end when they are silent, and in
  // ServerLimits::drain_timeout at most. From any thread, while it runs.
  void drain();
  // Ends it at once: connections are cancelled and closed. From any thread, while it runs.
  void stop();
  // Has these limits from now on, for connections that are there as well; rates are for new ones.
  // Where there are more than may be, they stay. From any thread, while it runs.
  void set_limits(const ServerLimits& limits);

  // The next two are for the task of meanwhile(). Where it listens, for a process that is to go on
  // with it.
  std::vector<InheritedSocket> listeners() const;
  // drain(), when that process does: the files of Unix sockets stay.
  void hand_over();

  // How many connections were let in so far. From any thread.
  std::uint64_t served() const { return served_; }

  // What follows may be awaited on any loop, in another thread's too, from before run() to after
  // it, while the Server is there. It waits for each of the server's loops to answer; what has
  // ended says what it last knew. When it is cancelled nothing more is done, nor is it undone.

  // How it is, and what it has done so far.
  Task<ServerStatus> status();
  // Which loops, by their index, have not answered within `limit`.
  Task<std::vector<std::size_t>> silent_loops(Duration limit);
  // Those that are open at this moment, in no order. Their loops stand still meanwhile: some
  // microseconds for each.
  Task<std::vector<ConnectionStatus>> connections();
  // Ends what comes in from that connection, so that its handler reads the end, and the peer hears
  // `why` where the protocol has words for it; a handler that is still there after half of
  // ServerLimits::drain_timeout is cancelled. With `now` it is at once. False: there is none.
  Task<bool> end_connection(std::uint64_t number, std::string why, bool now = false);
  // Shows to `tracer` what that connection reads and writes from now on, in place of who traced it
  // before; an empty one ends that. It goes with the connection. False: there is none that can be
  // traced, as it is still being opened or ServerOptions::observe is off.
  Task<bool> trace(std::uint64_t number, Tracer tracer);

 private:
  Server(ServerOptions options, std::nullptr_t);  // what both have in common
  void add_shard(Network network);
  Network network() const { return shards_.front()->network(); }
  Task<> run_in(Scope& scope);
  Task<> serve_in(Scope& scope);
  Task<> obey_signals(Task<int> first);
  Task<> open_all(Doors& doors);
  Task<> end_acceptors(Scope& acceptors, std::exception_ptr& failure);
  Task<> begin_shards();
  Task<> run_shard(Shard& shard);
  Task<> end_shards();
  Task<> accept_at(std::size_t endpoint, Listener& listener);
  Task<> accept_at(std::size_t endpoint, DatagramPeers& peers);
  Task<> accept_failed(std::size_t endpoint, std::string url, Error failure);
  std::optional<Arrival> let_in(std::size_t endpoint, const Address& peer);
  void deal(std::size_t endpoint, Accepted accepted);
  void tell(const ServerEvent& event) const;
  void tell_stopped() const;
  // What the loop that accepts knows, under a lock: the rest of it is the shards'.
  struct Standing {
    std::mutex mutex;
    ServerStatus status;
    std::optional<Time> begin;
  };
  void note(const std::function<void(Standing& standing)>& change);

  ServerOptions options_;
  Headcount headcount_;
  ServerEndpoints endpoints_;
  std::vector<InheritedSocket> inherited_;
  std::function<Task<>(Network)> meanwhile_;
  // One for each shard, the first runs on run()'s own thread; none for serve().
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Shard>> shards_;  // the first accepts
  std::size_t next_shard_ = 0;
  std::size_t shards_running_ = 0;
  Scope* scope_ = nullptr;
  Doors* doors_ = nullptr;  // while it listens
  Gate drain_asked_;
  bool draining_ = false;
  bool handed_over_ = false;
  Gate all_run_;
  Gate none_runs_;
  std::atomic<std::uint64_t> served_ = 0;
  Standing standing_;
  std::uint64_t refused_ = 0;
  Time next_refusal_{};  // not told before
};

// For main(): serves `handler` at `url` until Ctrl-C; an Error goes to stderr. Gives the exit code.
int serve(std::string url, Handler handler, ServerOptions options = {});

}  // namespace bowline
