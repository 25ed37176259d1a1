#include "cli/running_server.h"

#include "bowline/base/url.h"
#include "cli/limit_options.h"

#include <optional>

namespace bowline::cli {

void load_parts(const ServerCommandOptions& options, ServerParts& parts) {
  auto load = [&](const OptionNames& names, const std::function<void()>& part) {
    options.config.try_load(names, parts.mistakes, part);
  };
  load(names_added<ServerTlsOptions>(add_tls_options), [&] { parts.tls = make_tls(options.tls); });
  load({"admin"}, [&] { check_admin(options.admin, parts.tls); });
  load({"admin-tokens"}, [&] { parts.admins = make_authenticator(options.admin.auth, false); });
}

void check_places(const ServerCommandOptions& options, const std::vector<std::string>& urls,
                  OpenOptions open, ServerParts& parts) {
  open.tls = parts.tls;
  for (const std::string& url : urls) {
    options.config.try_load({"listen"}, parts.mistakes,
                            [&] { make_opener(Url::parse(url).value(), open); });
  }
}

RunningServer::RunningServer(const ServerCommandOptions& options, OptionValues values,
                             const ServerParts& parts)
    : options_(options),
      followed_(options.config, std::move(values)),
      tls_(parts.tls),
      admins_(parts.admins),
      log_(options.log_format()),
      supervision_(options.supervision, log_) {}

// Who is quiet may not stay so if there is a file that can say otherwise.
ServerOptions RunningServer::server_options() const {
  ServerOptions server = server_options_of(options_);
  server.open.tls = tls_;
  if (log_ != LogFormat::none || followed_.any()) {
    server.observer = [this](const ServerEvent& event) { log_event(event, log_); };
  }
  return server;
}

AdminOptions RunningServer::admin_options() {
  return {.tls = tls_, .authenticator = admins_};
}

void RunningServer::run() {
  std::optional<FileWatch> watch;
  if (followed_.any() || !files().empty() || !hangs_up_with_terminal()) {
    watch.emplace(files(), [this](FileWatch& watching, bool asked) {
      return supervision_.reload([&] { return reload(watching, asked); });
    });
  }
  begin();
  std::unique_ptr<Admin> admin =
      begin_admin(server(), options_.admin, admin_options(), supervision_, log_);
  server().run();
}

bool RunningServer::reload(FileWatch& watch, bool asked) {
  if (asked && followed_.any() && !reload_options()) return false;
  watch.watch(files());
  if (!followed_.any() && files().empty()) log_reload("files", "none was named", log_);
  reload_files();
  return true;
}

OptionNames RunningServer::take_up(const ServerCommandOptions& wanted, const ServerParts& parts) {
  OptionNames names = names_added<ServerLimits>(add_limit_options);
  server().set_limits(wanted.limits);
  names.merge(OptionNames{"log", "quiet"});
  log_ = wanted.log_format();
  if (tls_ && parts.tls) {
    names.merge(names_added<ServerTlsOptions>(add_tls_options));
    options_.tls = wanted.tls;
  }
  if (admins_ && parts.admins) {
    names.insert("admin-tokens");
    options_.admin.auth = wanted.admin.auth;
  }
  return names;
}

bool RunningServer::log_all(const std::vector<Error>& mistakes) const {
  for (const Error& mistake : mistakes) log_mistakes(mistake.what(), log_);
  return !mistakes.empty();
}

std::vector<std::string> RunningServer::files() const {
  std::vector<std::string> files = options_.tls.files();
  for (std::string& file : options_.admin.auth.sources.files()) files.push_back(std::move(file));
  return files;
}

void RunningServer::reload_files() {
  if (tls_) log_reload("certificates", cli::reload(*tls_, options_.tls), log_);
  if (admins_) log_reload("admin tokens", cli::reload(*admins_, options_.admin.auth), log_);
}

}  // namespace bowline::cli
