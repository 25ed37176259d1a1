#include "cli/serving.h"

#include "bowline/services/service.h"
#include "cli/event_log.h"
#include "cli/framing_option.h"
#include "cli/limit_options.h"

#include <CLI/CLI.hpp>
#include <optional>

namespace bowline::cli {
namespace {

std::vector<std::string> urls_of(const ServeOptions& options) {
  if (!options.urls.empty()) return options.urls;
  return {std::string(find_service(options.service)->url)};
}

ServerOptions server_options(const ServeOptions& options, const ServeParts& parts) {
  ServerOptions server = server_options_of(options);
  server.spin = options.spin;
  server.listen.backlog = options.backlog;
  server.open.framing = options.framing;
  server.open.tls = parts.tls;
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
  load(names_added<ServerTlsOptions>(add_tls_options), [&] { parts.tls = make_tls(options.tls); });
  load(names_added<ServerAuthOptions>(add_auth_options), [&] {
    parts.authenticator = make_authenticator(options.auth, !options.tls.client_ca.empty());
  });
  load({"admin"}, [&] { check_admin(options.admin, parts.tls); });
  load({"admin-tokens"}, [&] { parts.admins = make_authenticator(options.admin.auth, false); });
  // What can't be listened at for want of a certificate has been told.
  if (!parts.mistakes.empty()) return parts;
  OpenOptions open = server_options(options, parts).open;
  for (const std::string& url : urls_of(options)) {
    load({"listen"}, [&] { make_opener(Url::parse(url).value(), open); });
  }
  return parts;
}

Serving::Serving(ServeOptions options, OptionValues values, const ServeParts& parts)
    : options_(std::move(options)),
      followed_(options_.config, std::move(values)),
      tls_(parts.tls),
      authenticator_(parts.authenticator),
      admins_(parts.admins),
      log_(options_.log_format()),
      supervision_(options_.supervision, log_),
      server_(observed(server_options(options_, parts))) {
  Handler handle = find_service(options_.service)->handler(options_.given);
  for (const std::string& url : urls_of(options_)) server_.add(url, handle, options_.service);
  supervision_.attend(server_);
}

// Who is quiet may not stay so if there is a file that can say otherwise.
ServerOptions Serving::observed(ServerOptions server) {
  if (log_ != LogFormat::none || followed_.any()) {
    server.observer = [this](const ServerEvent& event) { log_event(event, log_); };
  }
  return server;
}

void Serving::run() {
  std::optional<FileWatch> watch;
  if (followed_.any() || !files().empty() || !hangs_up_with_terminal()) {
    watch.emplace(files(), [this](FileWatch& watching, bool asked) {
      return supervision_.reload([&] { return reload(watching, asked); });
    });
  }
  AdminOptions admin_options{.tls = tls_, .authenticator = admins_};
  std::unique_ptr<Admin> admin =
      begin_admin(server_, options_.admin, admin_options, supervision_, log_);
  server_.run();
}

std::vector<std::string> Serving::files() const {
  std::vector<std::string> files = options_.tls.files();
  for (const ServerAuthOptions* auth : {&options_.auth, &options_.admin.auth}) {
    for (std::string& file : auth->sources.files()) files.push_back(std::move(file));
  }
  return files;
}

bool Serving::reload(FileWatch& watch, bool asked) {
  if (asked && followed_.any() && !reload_options()) return false;
  watch.watch(files());
  if (!followed_.any() && files().empty()) log_reload("files", "none was named", log_);
  reload_files();
  return true;
}

bool Serving::reload_options() {
  ServeOptions wanted;
  CLI::App command;
  add_serve_options(command, wanted);
  if (!followed_.read_again(command, log_)) return false;
  ServeParts parts = load_parts(wanted);
  for (const Error& mistake : parts.mistakes) log_mistakes(mistake.what(), log_);
  if (!parts.mistakes.empty()) return false;
  OptionNames followed = follow(std::move(wanted), parts);
  followed_.follow(values_of(command), followed, log_);
  return true;
}

// The files that are named are loaded next.
OptionNames Serving::follow(ServeOptions wanted, const ServeParts& parts) {
  OptionNames followed = names_added<ServerLimits>(add_limit_options);
  server_.set_limits(wanted.limits);
  followed.merge(OptionNames{"log", "quiet"});
  log_ = wanted.log_format();
  if (tls_ && parts.tls) {
    followed.merge(names_added<ServerTlsOptions>(add_tls_options));
    options_.tls = std::move(wanted.tls);
  }
  if (authenticator_ && parts.authenticator) {
    followed.merge(names_added<ServerAuthOptions>(add_auth_options));
    followed.erase("auth-timeout");
    options_.auth = std::move(wanted.auth);
  }
  if (admins_ && parts.admins) {
    followed.insert("admin-tokens");
    options_.admin.auth = std::move(wanted.admin.auth);
  }
  return followed;
}

void Serving::reload_files() {
  if (tls_) log_reload("certificates", cli::reload(*tls_, options_.tls), log_);
  if (authenticator_) {
    log_reload("credentials", cli::reload(*authenticator_, options_.auth), log_);
  }
  if (admins_) log_reload("admin tokens", cli::reload(*admins_, options_.admin.auth), log_);
}

}  // namespace bowline::cli
