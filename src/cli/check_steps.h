// Goes to a server step by step as connect() does, and takes down how each step went and how long
// it took: the name, the addresses, TLS and whose certificate it is, the WebSocket, the first word.
// The first step that fails is the last.
#pragma once

#include "bowline/client/connect.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::cli {

struct CheckStep {
  enum class Outcome { done, warning, failed };

  std::string_view name;  // "name", "tcp", "tls", ...
  Outcome outcome = Outcome::done;
  Duration duration{};
  std::string text;                  // what was found, or the whole error
  std::vector<std::string> details;  // a line each
};

struct CheckOptions {
  std::string url;
  ConnectOptions connect;
  Duration timeout = std::chrono::seconds(10);  // of each step
  bool echo = false;                            // the server is to send back what it gets
};

struct CheckReport {
  std::vector<CheckStep> steps;

  bool failed() const;
};

// Days before a certificate's end from which on that is a warning.
inline constexpr int expiry_warning_days = 14;

// Never throws for what the network does; Error with Errc::bad_address for a URL that is no use.
Task<CheckReport> check_server(Network network, const CheckOptions& options);

}  // namespace bowline::cli
