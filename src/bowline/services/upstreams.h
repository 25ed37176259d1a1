// The servers behind a relay: which of them the next connection goes to, and which are well. All
// loops of a server share one: its lock is held for a choice, never while something is waited for.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/session/proxied.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bowline {

enum class Balance : std::uint8_t {
  least_connections,  // the one with the fewest; in turn among equals
  round_robin,
  source,  // by the client's address, which stays with one while that is well
};

struct UpstreamEvent {
  enum class Kind { added, healthy, failing, draining, drained };
  Kind kind;
  std::string url;
  std::string failure;          // failing: why
  std::size_t connections = 0;  // draining: how many are left
};

// One upstream at one moment.
struct UpstreamStatus {
  std::string url;
  bool healthy = true;
  bool draining = false;
  std::size_t connections = 0;  // at this moment, those that are being made included
  std::uint64_t attempts = 0;   // to connect for a client
  std::uint64_t failures = 0;   // of these, and of checks
};

struct UpstreamOptions {
  Balance balance = Balance::least_connections;
  // How long a client may wait for its upstream. Each that is tried gets its share of what is left.
  Duration connect_timeout = std::chrono::seconds(5);
  Duration check_interval = std::chrono::seconds(2);  // forever: nobody is ever held for failing
  Duration check_timeout = std::chrono::seconds(2);
  unsigned rise = 2;  // successes in a row that make one that was failing healthy
  unsigned fall = 3;  // failures in a row that make it failing
  ProxyVersion proxy = ProxyVersion::none;  // tells upstreams who the client is
  ConnectOptions connect;
  // Told of what happens, on any thread, under the lock.
  std::function<void(const UpstreamEvent&)> observer;
};

class Upstreams {
 public:
  struct Target;
  // Counts as a connection to its target for as long as it lives.
  class Lease {
   public:
    Lease() = default;
    Lease(Upstreams& upstreams, std::shared_ptr<Target> target)
        : upstreams_(&upstreams), target_(std::move(target)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();
    explicit operator bool() const { return target_ != nullptr; }
    const std::string& url() const;

   private:
    friend class Upstreams;
    Upstreams* upstreams_ = nullptr;
    std::shared_ptr<Target> target_;  // shared with the list, which it may have left
  };
  struct Connection {
    Stream stream;
    Lease lease;
  };

  // Throws Error for a URL that can't be read. Must outlive its leases.
  Upstreams(const std::vector<std::string>& urls, UpstreamOptions options);

  // A connection for `client`: to the upstream that is chosen, else to another. Those that fail are
  // tried last, those that drain never. Throws the last one's Error when none can be reached.
  Task<Connection> connect(Network network, const Stream& client);
  // Checks all upstreams again and again, by connecting to them as the URL says: until it is
  // cancelled, which is no failure.
  Task<> check(Network network);

  // From now on there are these, from any thread. Those that are no longer named drain: they get no
  // new connections, and are forgotten when their last has ended. Throws as the constructor, and
  // changes nothing then.
  void set(const std::vector<std::string>& urls);
  // All that there are, drained ones not. From any thread.
  std::vector<UpstreamStatus> status();

 private:
  using TargetPointer = std::shared_ptr<Target>;

  Lease choose(const Address& client, const std::vector<TargetPointer>& tried, std::size_t& left);
  TargetPointer pick(const std::vector<TargetPointer>& from, const Address& client);
  void end_lease(Target& target);
  void note(Target& target, const std::string& failure);
  void remove_drained();
  Task<> probe(Network network, TargetPointer target);
  void tell(UpstreamEvent::Kind kind, const Target& target, std::string failure = {}) const;

  UpstreamOptions options_;
  std::mutex mutex_;  // for all below
  std::vector<TargetPointer> targets_;
  std::size_t turn_ = 0;
};

}  // namespace bowline
