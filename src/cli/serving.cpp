#include "cli/serving.h"

#include "bowline/services/service.h"
#include "cli/framing_option.h"

#include <CLI/CLI.hpp>

namespace bowline::cli {
namespace {

std::vector<std::string> urls_of(const ServeOptions& options) {
  if (!options.urls.empty()) return options.urls;
  return {std::string(find_service(options.service)->url)};
}

// What `serve` alone has to say about a server.
ServerOptions complete(ServerOptions server, const ServeOptions& options, const ServeParts& parts) {
  server.spin = options.spin;
  server.listen.backlog = options.backlog;
  server.open.framing = options.framing;
  server.open.authenticator = parts.authenticator;
  return server;
}

}  // namespace

ServeParts load_parts(const ServeOptions& options) {
  ServeParts parts;
  auto load = [&](const OptionNames& names, const std::function<void()>& part) {
    options.config.try_load(names, parts.mistakes, part);
  };
  load({"framing"}, [&] { check_framing(options.framing, options.urls); });
  load_parts(options, parts);
  load(names_added<ServerAuthOptions>(add_auth_options), [&] {
    parts.authenticator = make_authenticator(options.auth, !options.tls.client_ca.empty());
  });
  // What can't be listened at for want of a certificate has been told.
  if (!parts.mistakes.empty()) return parts;
  OpenOptions open = complete(server_options_of(options), options, parts).open;
  check_places(options, urls_of(options), std::move(open), parts);
  return parts;
}

Serving::Serving(const ServeOptions& options, OptionValues values, const ServeParts& parts)
    : RunningServer(options, std::move(values), parts),
      auth_(options.auth),
      authenticator_(parts.authenticator),
      server_(complete(server_options(), options, parts)) {
  Handler handle = find_service(options.service)->handler(options.given);
  for (const std::string& url : urls_of(options)) server_.add(url, handle, options.service);
  supervision().attend(server_);
}

bool Serving::reload_options() {
  ServeOptions wanted;
  CLI::App command;
  add_serve_options(command, wanted);
  if (!followed().read_again(command, log())) return false;
  ServeParts parts = load_parts(wanted);
  if (log_all(parts.mistakes)) return false;
  OptionNames names = take_up(wanted, parts);
  if (authenticator_ && parts.authenticator) {
    names.merge(names_added<ServerAuthOptions>(add_auth_options));
    names.erase("auth-timeout");
    auth_ = std::move(wanted.auth);
  }
  follow(values_of(command), names);
  return true;
}

std::vector<std::string> Serving::files() const {
  std::vector<std::string> files = RunningServer::files();
  for (std::string& file : auth_.sources.files()) files.push_back(std::move(file));
  return files;
}

void Serving::reload_files() {
  RunningServer::reload_files();
  if (authenticator_) log_reload("credentials", cli::reload(*authenticator_, auth_), log());
}

}  // namespace bowline::cli
