#include "cli/relaying.h"

#include "bowline/base/url.h"
#include "bowline/net/worker.h"
#include "bowline/os/signals.h"
#include "bowline/services/relay.h"
#include "cli/limit_options.h"
#include "cli/upstream_list.h"

#include <CLI/CLI.hpp>
#include <optional>

namespace bowline::cli {
namespace {

void start(Worker& worker) {
  os::SignalsHeld held;
  worker.start_thread();
}

}  // namespace

RelayParts load_parts(const RelayingOptions& options) {
  RelayParts parts;
  auto load = [&](const OptionNames& names, const std::function<void()>& part) {
    options.config.try_load(names, parts.mistakes, part);
  };
  load({"to", "to-file"},
       [&] { parts.upstreams = load_upstreams(options.upstreams, options.upstream_file).value(); });
  load(names_added<ServerTlsOptions>(add_tls_options), [&] { parts.tls = make_tls(options.tls); });
  load(names_added<ClientTlsOptions>(add_upstream_tls), [&] {
    if (options.upstream_tls.any()) parts.upstream_tls = make_tls(options.upstream_tls, "tls://:0");
  });
  load({"admin"}, [&] { check_admin(options.admin, parts.tls); });
  load({"admin-tokens"}, [&] { parts.admins = make_authenticator(options.admin.auth, false); });
  // What can't be listened at for want of a certificate has been told.
  if (!parts.mistakes.empty()) return parts;
  OpenOptions open = server_options_of(options).open;
  open.tls = parts.tls;
  for (const std::string& url : options.urls) {
    load({"listen"}, [&] { make_opener(Url::parse(url).value(), open); });
  }
  return parts;
}

Relaying::Relaying(RelayingOptions options, OptionValues values, const RelayParts& parts)
    : options_(std::move(options)),
      followed_(options_.config, std::move(values)),
      tls_(parts.tls),
      admins_(parts.admins),
      log_(options_.log_format()),
      idle_timeout_(options_.limits.idle_timeout),
      supervision_(options_.supervision, log_),
      upstreams_(parts.upstreams, upstream_options(parts)),
      server_(server_options(parts)) {
  auto handle = [this](Stream client) {
    return relay_to(upstreams_, std::move(client), RelayOptions{idle_timeout_});
  };
  for (const std::string& url : options_.urls) server_.add(url, handle, "relay");
  supervision_.attend(server_);
}

ServerOptions Relaying::server_options(const RelayParts& parts) {
  ServerOptions server = server_options_of(options_);
  server.open.tls = parts.tls;
  // Who is quiet may not stay so if there is a file that can say otherwise.
  if (log_ != LogFormat::none || followed_.any()) {
    server.observer = [this](const ServerEvent& event) { log_event(event, log_); };
  }
  return server;
}

UpstreamOptions Relaying::upstream_options(const RelayParts& parts) {
  UpstreamOptions upstreams = options_.balancing;
  upstreams.connect.websocket.messages = options_.websocket.messages;
  upstreams.connect.websocket.request.subprotocols = options_.websocket.handshake.subprotocols;
  upstreams.connect.tls = parts.upstream_tls;
  upstreams.observer = [this](const UpstreamEvent& event) { log_event(event, log_); };
  return upstreams;
}

void Relaying::run() {
  std::optional<FileWatch> watch;
  if (followed_.any() || !files().empty() || !hangs_up_with_terminal()) {
    watch.emplace(files(), [this](FileWatch& watching, bool asked) {
      return supervision_.reload([&] { return reload(watching, asked); });
    });
  }
  // Beside the loops that carry: a check waits for none of them, nor they for it.
  Worker checker(options_.backend);
  start(checker);
  checker.post([&](Scope& scope) { scope.start(upstreams_.check(checker.network())); });
  AdminOptions admin_options{.tls = tls_, .authenticator = admins_, .upstreams = &upstreams_};
  std::unique_ptr<Admin> admin =
      begin_admin(server_, options_.admin, admin_options, supervision_, log_);
  server_.run();
}

std::vector<std::string> Relaying::files() const {
  std::vector<std::string> files = options_.tls.files();
  if (!options_.upstream_file.empty()) files.push_back(options_.upstream_file);
  for (std::string& file : options_.admin.auth.sources.files()) files.push_back(std::move(file));
  return files;
}

bool Relaying::reload(FileWatch& watch, bool asked) {
  if (asked && followed_.any() && !reload_options()) return false;
  watch.watch(files());
  if (!followed_.any() && files().empty()) log_reload("files", "none was named", log_);
  reload_files();
  return true;
}

bool Relaying::reload_options() {
  RelayingOptions wanted;
  CLI::App command;
  add_relay_options(command, wanted);
  if (!followed_.read_again(command, log_)) return false;
  RelayParts parts = load_parts(wanted);
  for (const Error& mistake : parts.mistakes) log_mistakes(mistake.what(), log_);
  if (!parts.mistakes.empty()) return false;
  OptionNames followed = follow(std::move(wanted), parts);
  followed_.follow(values_of(command), followed, log_);
  return true;
}

// The files that are named are loaded next.
OptionNames Relaying::follow(RelayingOptions wanted, const RelayParts& parts) {
  OptionNames followed = names_added<ServerLimits>(add_limit_options);
  server_.set_limits(wanted.limits);
  idle_timeout_ = wanted.limits.idle_timeout;
  followed.merge(OptionNames{"log", "quiet", "to", "to-file"});
  log_ = wanted.log_format();
  options_.upstreams = std::move(wanted.upstreams);
  options_.upstream_file = std::move(wanted.upstream_file);
  if (tls_ && parts.tls) {
    followed.merge(names_added<ServerTlsOptions>(add_tls_options));
    options_.tls = std::move(wanted.tls);
  }
  if (admins_ && parts.admins) {
    followed.insert("admin-tokens");
    options_.admin.auth = std::move(wanted.admin.auth);
  }
  return followed;
}

void Relaying::reload_files() {
  if (tls_) log_reload("certificates", cli::reload(*tls_, options_.tls), log_);
  if (admins_) log_reload("admin tokens", cli::reload(*admins_, options_.admin.auth), log_);
  if (followed_.any() || !options_.upstream_file.empty()) {
    log_reload("upstreams", reload_upstreams(), log_);
  }
}

Result<void> Relaying::reload_upstreams() {
  Result<std::vector<std::string>> urls =
      load_upstreams(options_.upstreams, options_.upstream_file);
  if (!urls) return urls.error();
  upstreams_.set(*urls);
  return {};
}

}  // namespace bowline::cli
