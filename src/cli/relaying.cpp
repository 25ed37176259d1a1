#include "cli/relaying.h"

#include "bowline/os/signals.h"
#include "bowline/services/relay.h"
#include "cli/upstream_list.h"

#include <CLI/CLI.hpp>

namespace bowline::cli {

RelayParts load_parts(const RelayingOptions& options) {
  RelayParts parts;
  auto load = [&](const OptionNames& names, const std::function<void()>& part) {
    options.config.try_load(names, parts.mistakes, part);
  };
  load({"to", "to-file"},
       [&] { parts.upstreams = load_upstreams(options.upstreams, options.upstream_file).value(); });
  load(names_added<ClientTlsOptions>(add_upstream_tls), [&] {
    if (options.upstream_tls.any()) parts.upstream_tls = make_tls(options.upstream_tls, "tls://:0");
  });
  load_parts(options, parts);
  // What can't be listened at for want of a certificate has been told.
  if (!parts.mistakes.empty()) return parts;
  check_places(options, options.urls, server_options_of(options).open, parts);
  return parts;
}

Relaying::Relaying(const RelayingOptions& options, OptionValues values, const RelayParts& parts)
    : RunningServer(options, std::move(values), parts),
      named_(options.upstreams),
      upstream_file_(options.upstream_file),
      idle_timeout_(options.limits.idle_timeout),
      upstreams_(parts.upstreams, upstream_options(options, parts)),
      checker_(options.backend),
      server_(server_options()) {
  auto handle = [this](Stream client) {
    return relay_to(upstreams_, std::move(client), RelayOptions{idle_timeout_});
  };
  for (const std::string& url : options.urls) server_.add(url, handle, "relay");
  supervision().attend(server_);
}

UpstreamOptions Relaying::upstream_options(const RelayingOptions& options,
                                           const RelayParts& parts) {
  UpstreamOptions upstreams = options.balancing;
  upstreams.connect.websocket.messages = options.websocket.messages;
  upstreams.connect.websocket.request.subprotocols = options.websocket.handshake.subprotocols;
  upstreams.connect.tls = parts.upstream_tls;
  upstreams.observer = [this](const UpstreamEvent& event) { log_event(event, log()); };
  return upstreams;
}

void Relaying::begin() {
  os::SignalsHeld held;
  checker_.start_thread();
  checker_.post([this](Scope& scope) { scope.start(upstreams_.check(checker_.network())); });
}

AdminOptions Relaying::admin_options() {
  AdminOptions options = RunningServer::admin_options();
  options.upstreams = &upstreams_;
  return options;
}

bool Relaying::reload_options() {
  RelayingOptions wanted;
  CLI::App command;
  add_relay_options(command, wanted);
  if (!followed().read_again(command, log())) return false;
  RelayParts parts = load_parts(wanted);
  if (log_all(parts.mistakes)) return false;
  OptionNames names = take_up(wanted, parts);
  names.merge(OptionNames{"to", "to-file"});
  named_ = std::move(wanted.upstreams);
  upstream_file_ = std::move(wanted.upstream_file);
  idle_timeout_ = wanted.limits.idle_timeout;
  follow(values_of(command), names);
  return true;
}

std::vector<std::string> Relaying::files() const {
  std::vector<std::string> files = RunningServer::files();
  if (!upstream_file_.empty()) files.push_back(upstream_file_);
  return files;
}

void Relaying::reload_files() {
  RunningServer::reload_files();
  if (followed().any() || !upstream_file_.empty()) {
    log_reload("upstreams", reload_upstreams(), log());
  }
}

Result<void> Relaying::reload_upstreams() {
  Result<std::vector<std::string>> urls = load_upstreams(named_, upstream_file_);
  if (!urls) return urls.error();
  upstreams_.set(*urls);
  return {};
}

}  // namespace bowline::cli
