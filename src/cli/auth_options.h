// The options about who may use a server, and of a client about who it is. What does not fit
// together is told before anything begins. Secrets are never values of options.
#pragma once

#include "bowline/auth/authenticator.h"
#include "bowline/auth/load_checks.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bowline::cli {

struct ServerAuthOptions {
  AuthSources sources;
  std::vector<std::string> certificates;  // names, or "any"
  Duration timeout = AuthOptions().timeout;
};

void add_auth_options(CLI::App& command, ServerAuthOptions& options);
// Null when nobody is asked who they are. Throws Error: Errc::bad_address for options that make no
// sense together, others for a file that is wrong. `client_ca`: clients show certificates.
std::shared_ptr<Authenticator> make_authenticator(const ServerAuthOptions& options, bool client_ca);
// Loads all files anew; if one is wrong all stays as it was.
Result<void> reload(Authenticator& authenticator, const ServerAuthOptions& options);

struct ClientAuthOptions {
  std::string token_file;
  std::string user;
  std::string password_file;
};

void add_auth_options(CLI::App& command, ClientAuthOptions& options);
// The token: of the file, or BOWLINE_TOKEN in the environment. The password of a user: of its file,
// BOWLINE_PASSWORD, or what is typed at the terminal. None when no option and no variable says so.
std::optional<Credential> read_credential(const ClientAuthOptions& options);

}  // namespace bowline::cli
