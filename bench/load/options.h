// What a load is to do, as bench/measure.py asks for it, and the figures that it gives back.
#pragma once

#include "server_cost.h"

#include <cstddef>
#include <string>

namespace load {

struct Options {
  std::string mode;      // echo, accept, idle, datagrams
  std::string protocol;  // tcp, websocket, tls1.2, tls1.3
  int port = 0;
  int pid = 0;  // the server's
  std::size_t connections = 0;
  std::size_t active = 0;  // echo: so many have a message under way, and take turns; 0: all
  std::size_t size = 0;
  std::size_t depth = 0;
  std::size_t count = 0;  // accept: how many connections in all
  bool resume = false;    // TLS: continue earlier sessions
  double warmup = 0;
  double seconds = 0;
};

// From words NAME=VALUE.
Options read_options(int count, char** words);

// Begins the JSON object: what `count` messages cost the server, and how many went in a second. The
// caller adds to it and ends it.
void print_cost(ServerCost begin, ServerCost end, double count, double seconds);

}  // namespace load
