// The connections of a running server, as its admin address tells of them: listed, closed, traced.
// What `bowline sockets --server` does.
#pragma once

#include "cli/auth_options.h"
#include "cli/hex_dump.h"
#include "cli/secure_options.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::cli {

struct ServerQuestion {
  std::string url;  // of the admin address; empty: no server is asked
  std::vector<std::uint64_t> close;
  std::uint64_t trace = 0;  // which connection; 0: none
  ClientTlsOptions tls;
  ClientAuthOptions auth;
};

// Adds them to `command`, whose options so far are about sockets and go with none of these.
void add_server_options(CLI::App& command, ServerQuestion& question);
// Lists all connections, or closes some, or traces one until that has gone. Gives the exit code.
int ask_server(const ServerQuestion& question, bool json);

// The answer of GET /connections as a table for people. An Error when it is none.
Result<std::string> connections_table(std::string_view json, std::size_t width);

// The lines of a trace (services/trace_lines.h) for people: what happened when, and rows of
// hexadecimal and text as HexDump makes them.
class TraceText {
 public:
  // Nothing when `line` is none of a trace.
  std::string take(std::string_view line);

 private:
  HexDump received_;
  HexDump sent_;
};

}  // namespace bowline::cli
