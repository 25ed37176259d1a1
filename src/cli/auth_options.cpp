#include "cli/auth_options.h"

#include "bowline/auth/secret_file.h"
#include "cli/option_values.h"
#include "cli/password_prompt.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <cerrno>

namespace bowline::cli {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(make_error_code(Errc::bad_address), what);
}

std::string variable(const char* name) {
  const char* value = ::secure_getenv(name);
  return value ? value : "";
}

AuthSources sources_of(const ServerAuthOptions& options) {
  AuthSources sources = options.sources;
  if (options.certificates.empty()) return sources;
  bool any = options.certificates == std::vector<std::string>{"any"};
  sources.certificates = any ? std::vector<std::string>() : options.certificates;
  return sources;
}

Credential token_of(std::string token, const std::string& origin) {
  if (!is_bearer_token(token) || token.size() > credential_size_max - 100) {
    throw make_error(EINVAL, "read the token of " + origin,
                     "a token is of letters, digits and -._~+/=, in one line");
  }
  return Credential::bearer(std::move(token));
}

}  // namespace

void add_auth_options(CLI::App& command, ServerAuthOptions& options) {
  auto add_file = [&command](const char* name, std::string& file, const char* text) {
    command.add_option(name, file, text)->type_name("FILE");
  };
  add_file("--auth-tokens", options.sources.tokens_file,
           "Let in who has a token of this file: lines of NAME TOKEN, or NAME sha256:DIGEST. "
           "--auth options add up: whoever one of them knows is let in. Files that change, and "
           "SIGHUP, have all read anew");
  add_file("--auth-users", options.sources.users_file,
           "Let in users with their passwords, which `bowline user` keeps in this file");
  command
      .add_option("--auth-jwt-key", options.sources.jwt_key_files,
                  "Let in who has a JSON Web Token that this key has signed: a public key (PEM), "
                  "JSON Web Keys, or a secret for HS256; may be given several times")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      .add_option("--auth-jwt-audience", options.sources.jwt.audience,
                  "Whom a JSON Web Token has to be for (aud)")
      ->type_name("NAME");
  command
      .add_option("--auth-certificates", options.certificates,
                  "Let in clients by the names in their certificates, or any that --client-ca "
                  "vouches for")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES|any");
  command
      .add_option("--auth-unix-users", options.sources.unix_users,
                  "Let in processes of these users, or @GROUP, at the other end of a Unix socket")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  add_duration(command, "--auth-timeout", options.timeout, false,
               "How long a client may take to say who it is (default: 5s)");
}

std::shared_ptr<Authenticator> make_authenticator(const ServerAuthOptions& options,
                                                  bool client_ca) {
  AuthSources sources = sources_of(options);
  if (sources.certificates && !client_ca) {
    refuse("--auth-certificates needs --client-ca FILE: who vouches for the clients?");
  }
  if (!sources.jwt.audience.empty() && sources.jwt_key_files.empty()) {
    refuse("--auth-jwt-audience needs --auth-jwt-key FILE");
  }
  if (sources.empty()) return nullptr;
  AuthOptions auth;
  auth.timeout = options.timeout;
  return std::make_shared<Authenticator>(load_checks(sources).value(), std::move(auth));
}

Result<void> reload(Authenticator& authenticator, const ServerAuthOptions& options) {
  Result<CheckList> checks = load_checks(sources_of(options));
  if (!checks) return checks.error();
  authenticator.use(std::move(*checks));
  return {};
}

void add_auth_options(CLI::App& command, ClientAuthOptions& options) {
  CLI::Option* token =
      command
          .add_option("--token-file", options.token_file,
                      "Tell the server the token in this file, or else in BOWLINE_TOKEN")
          ->type_name("FILE");
  CLI::Option* user =
      command
          .add_option("--user", options.user,
                      "Tell the server to be this user; the password is asked for, or in "
                      "BOWLINE_PASSWORD")
          ->excludes(token)
          ->type_name("NAME");
  command.add_option("--password-file", options.password_file, "Its first line is the password")
      ->needs(user)
      ->type_name("FILE");
}

std::optional<Credential> read_credential(const ClientAuthOptions& options) {
  if (!options.token_file.empty()) {
    std::string text = read_secret_file(options.token_file, "token").value();
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return token_of(std::move(text), options.token_file);
  }
  if (options.user.empty()) {
    std::string token = variable("BOWLINE_TOKEN");
    if (token.empty()) return std::nullopt;
    return token_of(std::move(token), "BOWLINE_TOKEN");
  }
  if (!is_user_name(options.user)) {
    refuse("--user: a name has no ':', no blanks and no '#' in front; the password is asked for");
  }
  std::string password = variable("BOWLINE_PASSWORD");
  if (!options.password_file.empty()) {
    password = password_in(options.password_file);
  } else if (password.empty()) {
    password = ask_password(fmt::format("Password of {}: ", options.user));
  }
  check_password(password);
  return Credential::basic(options.user, std::move(password));
}

}  // namespace bowline::cli
