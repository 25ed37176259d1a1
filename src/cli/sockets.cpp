#include "cli/sockets.h"

#include "bowline/base/error.h"
#include "cli/server_connections.h"
#include "cli/sockets_table.h"
#include "cli/table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {
namespace {

using os::SocketState;

struct Options {
  SocketFilter filter;
  bool tcp = false;
  bool udp = false;
  bool raw = false;
  bool local = false;
  std::vector<std::string> states;
  bool json = false;
  ServerQuestion server;
};

constexpr const char* notes =
    "Without options: all TCP, UDP and raw sockets, and the Unix sockets that listen. For raw\n"
    "sockets the port is the number of the protocol.\n"
    "\nexamples:\n"
    "  bowline sockets --listening\n"
    "  bowline sockets --port 8000\n"
    "  bowline sockets --tcp --state ESTAB,TIME-WAIT\n"
    "  bowline sockets --pid 1234 --json\n"
    "  bowline sockets --server http://localhost:9100\n"
    "  bowline sockets --server http://localhost:9100 --trace 17\n"
    "\nexit status: 0 done, 1 it could not list them, or the server refused, 2 usage\n";

CLI::Validator known_state() {
  CLI::Validator validator;
  validator.operation([](std::string& name) {
    if (parse_state(name)) return std::string();
    std::string known;
    for (unsigned number = 1; os::all_states >> number; ++number) {
      known += fmt::format(" {}", state_name(static_cast<SocketState>(number)));
    }
    return fmt::format("there is no state '{}'; there are:{}", name, known);
  });
  return validator;
}

bool has_filter(const Options& options) {
  return options.tcp || options.udp || options.raw || options.local || options.filter.listening ||
         options.filter.port || options.filter.pid || !options.states.empty();
}

SocketFilter filter_of(const Options& options) {
  SocketFilter filter = options.filter;
  std::uint32_t kinds =
      (options.tcp ? bit(os::SocketKind::tcp) : 0) | (options.udp ? bit(os::SocketKind::udp) : 0) |
      (options.raw ? bit(os::SocketKind::raw) : 0) | (options.local ? os::unix_kinds : 0);
  if (kinds) filter.kinds = kinds;
  std::uint32_t states = 0;
  for (const std::string& name : options.states) states |= bit(*parse_state(name));
  if (states) filter.states = states;
  return filter;
}

void report(const std::string& text) {
  fmt::print(stderr, "{}\n", text);
}

// What the kernel has to list for `filter`.
os::SocketQuery query_of(const SocketFilter& filter) {
  os::SocketQuery query;
  query.kinds = filter.kinds;
  query.states = filter.states;
  if (filter.listening) query.states &= bit(SocketState::listening) | bit(SocketState::unconnected);
  return query;
}

// Of a process that is not to be seen, nothing would look like no sockets.
bool can_see(int pid, const os::SocketOwners& owners) {
  if (::access(fmt::format("/proc/{}", pid).c_str(), F_OK) != 0) {
    report(fmt::format("error: there is no process {}", pid));
    return false;
  }
  if (!owners.refused()) return true;
  report(fmt::format("error: process {} is another user's: as root its sockets can be seen", pid));
  return false;
}

bool write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return true;
  report("error: write to standard output: " + describe({errno, std::system_category()}));
  return false;
}

// Says what the rows don't show.
void report_gaps(const std::vector<SocketRow>& rows, const os::SocketOwners& owners,
                 std::size_t left_out) {
  if (left_out) {
    report(fmt::format("note: Unix sockets that do not listen are left out ({}): see --unix",
                       left_out));
  }
  bool unknown = false;
  for (const SocketRow& row : rows) unknown |= row.socket.inode != 0 && row.owners.empty();
  if (unknown && (owners.partial() || ::geteuid() != 0)) {
    report("note: processes of other users can't be seen: run as root to see all");
  }
}

int show_sockets(const Options& options) {
  SocketFilter filter = filter_of(options);
  std::vector<os::SocketEntry> entries;
  int result = os::list_sockets(query_of(filter), entries);
  if (result < 0) report("error: list sockets: " + describe({-result, std::system_category()}));
  // Of one process all descriptors; else whoever has the sockets, as far as that is to be seen.
  os::OwnerSearch search;
  search.pid = filter.pid;
  os::SocketOwners owners = os::find_owners(search);
  if (filter.pid && !can_see(filter.pid, owners)) return 1;
  std::vector<SocketRow> rows;
  std::size_t left_out = 0;
  bool brief = !has_filter(options);
  for (os::SocketEntry& entry : entries) {
    SocketRow row{std::move(entry), {}};
    row.owners = owners.of(row.socket.inode);
    if (!matches(filter, row)) continue;
    if (brief && (bit(row.socket.kind) & os::unix_kinds) && !is_listening(row.socket)) {
      ++left_out;
    } else {
      rows.push_back(std::move(row));
    }
  }
  sort_rows(rows);
  if (!write_out(options.json ? json_text(rows) : table_text(rows, terminal_width()))) return 1;
  report_gaps(rows, owners, left_out);
  return result < 0 ? 1 : 0;
}

}  // namespace

void define_sockets(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "sockets",
      "List this host's sockets and the processes that have them, or a server's connections");
  command->add_flag("-l,--listening", options->filter.listening, "Only those that wait for peers");
  command->add_option("-p,--port", options->filter.port, "Only those with this port at either end")
      ->check(CLI::Range(1, 65535).description(""))
      ->type_name("PORT");
  command->add_option("--pid", options->filter.pid, "Only those of this process")
      ->check(CLI::Range(1, INT_MAX).description(""))
      ->type_name("PID");
  command->add_option("--state", options->states, "Only those in this state; several: A,B,C")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(known_state())
      ->type_name("STATE");
  command->add_flag("-t,--tcp", options->tcp, "TCP sockets");
  command->add_flag("-u,--udp", options->udp, "UDP sockets");
  command->add_flag("--raw", options->raw, "Raw sockets");
  command->add_flag("-x,--unix", options->local, "Unix sockets of all types");
  add_server_options(*command, options->server);
  command->add_flag("--json", options->json, "An array of objects instead of a table");
  command->footer(notes);
  command->callback([options, &exit_code] {
    bool local = options->server.url.empty();
    exit_code = local ? show_sockets(*options) : ask_server(options->server, options->json);
  });
}

}  // namespace bowline::cli
