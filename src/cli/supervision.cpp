#include "cli/supervision.h"

#include "bowline/base/url.h"
#include "bowline/net/socket_transport.h"
#include "bowline/os/clock.h"
#include "bowline/os/inherited_sockets.h"
#include "bowline/task/attempt.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "cli/option_values.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

namespace bowline::cli {
namespace {

std::vector<InheritedSocket> given_sockets() {
  std::vector<InheritedSocket> sockets;
  int result = os::take_inherited_sockets(sockets);
  if (result == 0) return sockets;
  throw make_error(-result, "take the sockets of LISTEN_FDS",
                   "it says how many there are, from descriptor 3 on (sd_listen_fds(3))");
}

std::string places(const Server& server) {
  std::string places;
  for (const InheritedSocket& socket : server.listeners()) {
    bool is_datagrams = socket.kind == InheritedSocket::Kind::datagrams;
    std::string_view scheme =
        is_datagrams ? datagram_scheme(socket.local) : stream_scheme(socket.local);
    places += (places.empty() ? "" : ", ") + url_text(scheme, socket.local);
  }
  return places;
}

}  // namespace

void add_supervision_options(CLI::App& command, SupervisionOptions& options) {
  add_duration(command, "--restart-timeout", options.restart_timeout, false,
               "How long the new process of a hot restart may take until it listens; then this one "
               "goes on (default: 10s)");
}

Supervision::Supervision(const SupervisionOptions& options, LogFormat log)
    : supervisor_(os::Supervisor::of_environment()),
      restart_(supervisor_, options.restart_timeout, log),
      inherited_(given_sockets()) {
  std::erase_if(inherited_, [this](InheritedSocket& socket) {
    if (socket.name == HotRestart::channel_name) {
      channel_ = socket.handle;
      return true;
    }
    if (!socket.name.starts_with(HotRestart::admin_prefix)) return false;
    socket.name.erase(0, HotRestart::admin_prefix.size());
    admin_sockets_.push_back(std::move(socket));
    return true;
  });
}

void Supervision::attend(Server& server) {
  server.adopt(std::move(inherited_));
  server.meanwhile([this, &server](Network network) { return accompany(network, server); });
}

bool Supervision::reload(const std::function<bool()>& reload) const {
  supervisor_.tell(os::reloading_message(os::now()));
  bool done = reload();
  supervisor_.tell("READY=1");
  return done;
}

Task<> Supervision::accompany(Network network, Server& server) {
  if (channel_ >= 0) co_await succeed(network);
  supervisor_.tell(fmt::format("READY=1\nSTATUS=Listening on {}", places(server)));
  auto work = [this, network, &server](Scope& scope) {
    if (supervisor_.watchdog() != forever) scope.start(beat(server));
    return restart_.obey(scope, network, server);
  };
  Task<> working = with_scope(std::move(work));
  Result<void> ended = co_await attempt(std::move(working));
  if (!restart_.is_done()) supervisor_.tell("STOPPING=1\nSTATUS=Draining connections");
}

// Says that this is ready, and waits until the process before has said who is served now: the
// service manager listens to its main process only.
Task<> Supervision::succeed(Network network) {
  Stream channel = network.adopt({std::exchange(channel_, -1), Address::unix_unnamed()});
  Result<void> said = co_await attempt(channel.write_all("READY=1\n"));
  Result<Chunk> ended = co_await attempt(channel.read_some());
}

Task<> Supervision::beat(Server& server) {
  for (;;) {
    co_await server.silent_loops(forever);       // each has had a turn
    supervisor_.tell("WATCHDOG=1", Duration());  // another comes soon
    co_await sleep(supervisor_.watchdog() / 2);
  }
}

}  // namespace bowline::cli
