// What one loop of a server has: its sessions, each a connection from the accept to the end of its
// handler; how long they may be silent, and how they end when the server drains.
#pragma once

#include "bowline/net/tap.h"
#include "bowline/server/headcount.h"
#include "bowline/server/inbox.h"
#include "bowline/server/opener.h"
#include "bowline/server/server_event.h"
#include "bowline/server/status.h"
#include "bowline/task/gate.h"
#include "bowline/task/scope.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// What serves one connection, as a Stream or, since that turns into one, as a MessageStream. It may
// run on any of the server's threads, many at once. An exception ends its connection only.
using Handler = std::function<Task<>(Stream)>;

// Something to be served: where, and by what.
struct ServerEndpoint {
  Url url;
  Opener opener;  // empty where there is nothing to open
  Handler handler;
  std::string service;
};
using ServerEndpoints = std::vector<std::unique_ptr<ServerEndpoint>>;

// A connection that was let in.
struct Arrival {
  std::size_t endpoint;  // the index among those of the server
  std::uint64_t number;
  Headcount::Ticket ticket;
};

// Of an endpoint, in one shard: what ServiceStatus says of all.
struct ServiceCounts {
  std::size_t open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t opened = 0;
  LatencyCounts opening;
  std::map<std::string, std::uint64_t, std::less<>> failures;
  TrafficTotal traffic;

  void add_to(ServiceStatus& status) const;
};

class Shard {
 public:
  static constexpr unsigned endpoint_bits = 12;  // of the number that a connection keeps
  static constexpr std::size_t endpoint_count_max = 1u << endpoint_bits;

  // All must outlive it. With `observe`, or where `limits` has rates, each stream gets a Tap.
  Shard(Network network, const ServerLimits& limits, const OpenOptions& open,
        const ServerEndpoints& endpoints, Headcount& headcount, const ServerObserver& observer,
        bool observe)
      : network_(network),
        limits_(limits),
        open_options_(open),
        endpoints_(&endpoints),
        headcount_(&headcount),
        observer_(&observer),
        observe_(observe),
        inbox_(network) {}

  Network network() const { return network_; }
  // Has `work` done on its loop while run() lasts, else at once. From any thread.
  void post(std::function<void()> work) { inbox_.put(std::move(work)); }
  // Has sessions until drain(), and then until all have ended. When it is cancelled, so are they.
  Task<> run();
  // Serves a connection, which is closed when run() is about to end. Once that has begun.
  void begin(const Arrival& arrival, Stream stream);
  // For all connections, those that are there too; rates are for new ones.
  void set_limits(const ServerLimits& limits);
  // Lets run() end, in ServerLimits::drain_timeout at most.
  void drain();
  // How many sessions drain() had to cancel.
  std::size_t cut() const { return cut_; }

  // What follows is for what was posted. By endpoint; empty before run().
  const std::vector<ServiceCounts>& counts() const { return counts_; }
  std::vector<ConnectionStatus> connections() const;
  // These are false when there is no such connection; trace() also where it has no Tap.
  bool end_connection(std::uint64_t number, std::string_view why, bool now);
  bool trace(std::uint64_t number, Tracer tracer);

 private:
  class Session;
  class Sessions;
  struct Failure;

  Task<> open(Arrival arrival, Time begin, Stream stream);
  void begin_handler(const Arrival& arrival, Time begin, Stream stream);
  void tell_who(const Arrival& arrival, Stream& stream);
  void ended(const Arrival& arrival, Time begin, Failure failure);
  Session* find(std::uint64_t number) const;
  Task<> see_off(std::uint64_t number);
  void end_idle();
  Task<> drain_sessions(Context& context);

  Network network_;
  ServerLimits limits_;
  OpenOptions open_options_;  // its own: openers look at them on its thread, while they change
  const ServerEndpoints* endpoints_;
  Headcount* headcount_;
  const ServerObserver* observer_;
  bool observe_;
  std::vector<ServiceCounts> counts_;
  Sessions* sessions_ = nullptr;  // while more may come
  Scope* farewells_ = nullptr;    // as long
  Gate woken_;  // by new limits, to drain, or because the last session that was drained has ended
  bool draining_ = false;
  std::size_t cut_ = 0;
  Inbox inbox_;
};

}  // namespace bowline
