// The options of `serve` and `relay` about their admin address, and what begins there.
#pragma once

#include "bowline/services/admin.h"
#include "cli/auth_options.h"
#include "cli/event_log.h"
#include "cli/supervision.h"

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace bowline::cli {

struct AdminSettings {
  std::string url;         // empty: none
  ServerAuthOptions auth;  // tokens alone

  bool any() const { return !url.empty(); }
};

void add_admin_options(CLI::App& command, AdminSettings& settings);
// Tells where it listens, and of who could get there unasked. Null where none is wanted. Throws
// Error when the address is no good. `options` are what else it needs, but for the URL.
std::unique_ptr<Admin> begin_admin(Server& server, const AdminSettings& settings,
                                   AdminOptions options, Supervision& supervision, LogFormat log);
// Throws the Error that it would throw for what the settings say. `tls`: null where there is none.
void check_admin(const AdminSettings& settings, const std::shared_ptr<TlsContext>& tls);

// Whether others than this machine's can get to `url`, where an Admin listens, and read along.
bool is_exposed(const std::string& url);

}  // namespace bowline::cli
