#include "cli/serving.h"

#include "bowline/services/service.h"
#include "cli/event_log.h"
#include "cli/framing_option.h"
#include "cli/limit_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace bowline::cli {
namespace {

// What options `add` adds.
template <class Options>
OptionNames names_added(void (*add)(CLI::App&, Options&)) {
  CLI::App command;
  Options options;
  add(command, options);
  OptionNames names;
  for (const CLI::Option* option : command.get_options()) names.insert(option->get_single_name());
  return names;
}

std::vector<std::string> urls_of(const ServeOptions& options) {
  if (!options.urls.empty()) return options.urls;
  return {std::string(find_service(options.service)->url)};
}

OpenOptions open_options(const ServeOptions& options, const ServeParts& parts) {
  OpenOptions open;
  open.websocket = options.websocket;
  open.framing = options.framing;
  open.proxies = options.proxies;
  open.tls = parts.tls;
  open.authenticator = parts.authenticator;
  return open;
}

ServerOptions server_options(const ServeOptions& options, const ServeParts& parts) {
  ServerOptions server;
  server.threads = options.threads;
  server.backend = options.backend;
  server.spin = options.spin;
  server.listen.backlog = options.backlog;
  server.limits = options.limits;
  server.observe = options.admin.any();
  server.open = open_options(options, parts);
  return server;
}

OptionNames names_that_differ(const OptionValues& left, const OptionValues& right) {
  std::multimap<std::string, std::vector<std::string>> differing;
  std::set_symmetric_difference(left.begin(), left.end(), right.begin(), right.end(),
                                std::inserter(differing, differing.end()));
  OptionNames names;
  for (const auto& [name, values] : differing) names.insert(name);
  return names;
}

}  // namespace

ServeParts load_parts(const ServeOptions& options) {
  ServeParts parts;
  auto load = [&](const OptionNames& names, auto part) {
    try {
      part();
    } catch (const Error& error) {
      parts.mistakes.emplace_back(error.code(),
                                  options.config.place(names, error.what()) + error.what());
    }
  };
  load({"framing"}, [&] { check_framing(options.framing, options.urls); });
  load(names_added<ServerTlsOptions>(add_tls_options), [&] { parts.tls = make_tls(options.tls); });
  load(names_added<ServerAuthOptions>(add_auth_options), [&] {
    parts.authenticator = make_authenticator(options.auth, !options.tls.client_ca.empty());
  });
  load({"admin-tokens"}, [&] { parts.admins = make_authenticator(options.admin.auth, false); });
  // What can't be listened at for want of a certificate has been told.
  if (!parts.mistakes.empty()) return parts;
  OpenOptions open = open_options(options, parts);
  for (const std::string& url : urls_of(options)) {
    load({"listen"}, [&] { make_opener(Url::parse(url).value(), open); });
  }
  return parts;
}

Serving::Serving(ServeOptions options, OptionValues values, const ServeParts& parts)
    : options_(std::move(options)),
      values_(std::move(values)),
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
  if (log_ != LogFormat::none || !options_.config.path.empty()) {
    server.observer = [this](const ServerEvent& event) { log_event(event, log_); };
  }
  return server;
}

void Serving::run() {
  std::optional<FileWatch> watch;
  if (tls_ || authenticator_ || admins_ || !options_.config.path.empty()) {
    watch.emplace(files(), [this](FileWatch& watching, bool asked) {
      supervision_.reload([&] { reload(watching, asked); });
    });
  }
  AdminOptions admin_options{.tls = tls_, .authenticator = admins_};
  std::unique_ptr<Admin> admin = begin_admin(server_, options_.admin, admin_options, log_);
  server_.run();
}

std::vector<std::string> Serving::files() const {
  std::vector<std::string> files = options_.tls.files();
  for (const ServerAuthOptions* auth : {&options_.auth, &options_.admin.auth}) {
    for (std::string& file : auth->sources.files()) files.push_back(std::move(file));
  }
  return files;
}

void Serving::reload(FileWatch& watch, bool asked) {
  if (asked && !options_.config.path.empty() && !reload_options()) return;
  watch.watch(files());
  reload_files();
}

bool Serving::reload_options() {
  ServeOptions wanted;
  CLI::App command;
  add_serve_options(command, wanted);
  try {
    parse_again(command, options_.config.command_line);
  } catch (const CLI::ParseError& error) {
    log_mistakes(error.what());
    return false;
  }
  ServeParts parts = load_parts(wanted);
  for (const Error& mistake : parts.mistakes) log_mistakes(mistake.what());
  if (!parts.mistakes.empty()) return false;
  follow(std::move(wanted), parts, values_of(command));
  return true;
}

void Serving::log_mistakes(const std::string& mistakes) const {
  for (const std::string& mistake : CLI::detail::split(mistakes, '\n')) {
    log_reload("options", mistake, log_);
  }
}

// The files that are named are loaded next.
void Serving::follow(ServeOptions wanted, const ServeParts& parts, OptionValues values) {
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
  std::vector<std::string> changed;
  std::vector<std::string> left;
  for (const std::string& name : names_that_differ(values_, values)) {
    (followed.contains(name) ? changed : left).push_back(name);
  }
  for (const std::string& name : changed) {
    values_.erase(name);
    values_.insert(values.extract(name));
  }
  auto named = [](const auto& names) { return fmt::format("options {}", fmt::join(names, ", ")); };
  if (!changed.empty()) log_reload(named(changed), std::string(), log_);
  if (!left.empty()) log_reload(named(left), "a change takes a restart", log_);
  if (changed.empty() && left.empty()) log_reload("options", std::string(), log_);
}

void Serving::reload_files() {
  if (tls_) log_reload("certificates", cli::reload(*tls_, options_.tls), log_);
  if (authenticator_) {
    log_reload("credentials", cli::reload(*authenticator_, options_.auth), log_);
  }
  if (admins_) log_reload("admin tokens", cli::reload(*admins_, options_.admin.auth), log_);
}

}  // namespace bowline::cli
