// Replaces this process by a new one of the same program, at SIGUSR2: the new one gets the sockets
// that listen, and when it is ready this one serves its connections to their end. A new one that
// fails is gone, and nothing has changed.
#pragma once

#include "bowline/base/time.h"
#include "bowline/net/network.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/program.h"
#include "bowline/os/supervisor.h"
#include "bowline/server/server.h"
#include "bowline/services/admin.h"
#include "bowline/task/scope.h"
#include "cli/event_log.h"

#include <string_view>
#include <vector>

namespace bowline::cli {

class HotRestart {
 public:
  // Takes SIGUSR2 from the calling thread, and so from those that it starts later. A new process
  // may take `limit` until it is ready. `supervisor` must outlive this.
  HotRestart(const os::Supervisor& supervisor, Duration limit, LogFormat log);

  // Is handed over together with the server, which it must outlive while that runs.
  void attend(Admin& admin) { admin_ = &admin; }
  // Obeys the signal for `server`, in its meanwhile().
  Task<> obey(Scope& scope, Network network, Server& server);
  // A new process has taken over.
  bool is_done() const { return done_; }

  // What the socket is called through which a new process says that it is ready; it closes when the
  // old one has told the service manager who serves now.
  static constexpr const char* channel_name = "bowline-ready";
  // Goes before the name of a socket that an Admin listens with.
  static constexpr std::string_view admin_prefix = "bowline-admin ";

 private:
  std::vector<InheritedSocket> sockets_of(const Server& server) const;
  Task<> restart(Network network, Server& server);
  void report(RestartEvent::Kind kind, int process, std::string failure = {}) const;

  const os::Supervisor& supervisor_;
  Duration limit_;
  LogFormat log_;
  os::Program program_;
  os::FileDescriptor signals_;
  Admin* admin_ = nullptr;
  int process_ = 0;  // the new one, unless it failed
  bool done_ = false;
};

}  // namespace bowline::cli
