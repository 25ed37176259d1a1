// What a server knows of itself while it runs: what metrics, health checks and lists of connections
// are made of.
#pragma once

#include "bowline/base/latency_counts.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bowline {

// Of one Server::add(), in all loops, since the server began.
struct ServiceStatus {
  std::string url;       // where it listens
  std::string service;   // as given to Server::add()
  std::size_t open = 0;  // connections at this moment, those being opened included
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // by the limit per address
  std::uint64_t opened = 0;   // handshakes that ended well; where there is none, connections
  LatencyCounts opening;      // how long they took
  // Why connections ended before their time, each with the count: an error's short name.
  std::map<std::string, std::uint64_t> failures;
  // What the handlers have read and written, without what TLS and framing add.
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t messages_received = 0;  // of streams of bytes: reads and writes
  std::uint64_t messages_sent = 0;
  std::uint64_t dropped = 0;  // messages, by the policies for slow consumers
  LatencyCounts answers;      // from what was received to the next write
};

struct ServerStatus {
  bool draining = false;
  Duration uptime{};
  std::uint64_t accept_failures = 0;
  std::vector<ServiceStatus> services;
};

// One connection at one moment.
struct ConnectionStatus {
  std::uint64_t number = 0;
  std::string service;
  std::string url;   // the peer's
  std::string user;  // who it is, where that was asked for
  bool opening = false;
  Duration age{};
  Duration idle{};  // since something was read or written
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
  std::size_t queued = 0;  // bytes written that the peer has not acknowledged, or not read
  bool traced = false;
};

}  // namespace bowline
