// How a server of the command gets on with who started it: it takes the sockets that it is given,
// says when it is ready and that it is not stuck (sd_notify(3)), and restarts itself at SIGUSR2.
#pragma once

#include "bowline/base/inherited_socket.h"
#include "bowline/base/time.h"
#include "bowline/os/supervisor.h"
#include "bowline/server/server.h"
#include "bowline/services/admin.h"
#include "cli/event_log.h"
#include "cli/hot_restart.h"

#include <functional>
#include <vector>

namespace CLI {
class App;
}

namespace bowline::cli {

struct SupervisionOptions {
  Duration restart_timeout = std::chrono::seconds(10);
};

void add_supervision_options(CLI::App& command, SupervisionOptions& options);

class Supervision {
 public:
  // Takes SIGUSR2 and the sockets that were given; to be made before other threads begin. Throws
  // Error when the environment tells of sockets that are not there.
  Supervision(const SupervisionOptions& options, LogFormat log);
  Supervision(const Supervision&) = delete;

  // Before run(); this must outlive it.
  void attend(Server& server);
  // What the process before listened with for its Admin; once.
  std::vector<InheritedSocket> take_admin_sockets() { return std::move(admin_sockets_); }
  // Is handed over with the server, which it must outlive while that runs.
  void attend(Admin& admin) { restart_.attend(admin); }
  // Gives what `reload` gives, and has the service manager know of it. From any thread.
  bool reload(const std::function<bool()>& reload) const;

 private:
  Task<> accompany(Network network, Server& server);
  Task<> succeed(Network network);
  Task<> beat(Server& server);

  os::Supervisor supervisor_;
  HotRestart restart_;
  std::vector<InheritedSocket> inherited_;
  std::vector<InheritedSocket> admin_sockets_;
  // To the process before this one; none: it is the first. It closes only when this process ends,
  // or has taken over: the other takes its end for that of the process.
  int channel_ = -1;
};

}  // namespace bowline::cli
