// What a stream can be made of: a backend and a transport. Every test of this folder runs on each
// of them and expects the same; a new backend or transport is one line in setting.cpp.
#pragma once

#include "bowline/net/network.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace bowline::conformance {

// The two ends of a connection, on one loop.
struct Link {
  Stream left;
  Stream right;
};

struct Setting {
  std::string name;
  std::unique_ptr<Backend> (*backend)();
  Task<Link> (*link)(Network network);
  bool is_tcp = false;
  bool is_unix = false;
  bool is_kernel = true;  // its sockets are descriptors of this process
  bool buffers = true;    // a small write is done before anybody reads it
  // Who has ended its writing still gets answers, who closes is gone at once, and a write that is
  // not done takes no memory.
  bool plain = true;
};

const std::vector<Setting>& settings();
// One for each backend, whatever the transport.
std::vector<Setting> backends();
// Those that a socket is behind, over TCP or Unix.
std::vector<Setting> tcp_settings();
std::vector<Setting> kernel_tcp_settings();
std::vector<Setting> unix_settings();

inline void PrintTo(const Setting& setting, std::ostream* out) {
  *out << setting.name;
}

}  // namespace bowline::conformance
