#include "cli/serve.h"

#include "bowline/services/service.h"
#include "cli/auth_options.h"
#include "cli/event_log.h"
#include "cli/failure.h"
#include "cli/file_watch.h"
#include "cli/framing_option.h"
#include "cli/limit_options.h"
#include "cli/option_values.h"
#include "cli/secure_options.h"
#include "cli/supervision.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bowline::cli {
namespace {

struct Options {
  std::string service = "echo";
  std::vector<std::string> urls;
  unsigned threads = 0;
  std::string backend;
  Duration spin = automatic_spin;
  int backlog = ListenOptions().backlog;
  ServerTlsOptions tls;
  ServerAuthOptions auth;
  WebSocketSettings websocket;
  Framing framing;
  std::vector<AddressRange> proxies;
  ServerLimits limits;
  SupervisionOptions supervision;
  LogFormat log = LogFormat::text;
  bool quiet = false;
};

std::string service_list() {
  std::string list = "services:\n";
  for (const Service& service : services()) {
    list += fmt::format("  {:<9}{}\n  {:<9}(at {} unless --listen says otherwise)\n", service.name,
                        service.summary, "", service.url);
  }
  return list;
}

constexpr const char* examples =
    "\nexamples:\n"
    "  bowline serve echo\n"
    "  bowline serve ack --listen :8000 --listen unix:/run/ack.sock\n"
    "  bowline serve report --listen tcp://127.0.0.1:0 --log json\n"
    "  bowline serve ack --listen tcp://localhost:8000 --framing line\n"
    "  bowline serve echo --listen udp://localhost:12345\n"
    "  bowline serve echo --listen wss://:8443 --cert localhost.pem --key localhost.key\n"
    "  bowline serve echo --listen any://:9000 --cert localhost.pem --key localhost.key\n"
    "  bowline serve echo --listen wss://:8443 --cert a.pem --key a.key --auth-users users\n"
    "\nany:// is all on one port: a client whose first bytes are a TLS handshake gets TLS, an HTTP "
    "\nrequest a page or a WebSocket, inside TLS as well; other bytes are raw, and so is a client "
    "that\nis silent for 200 ms. Without --cert it speaks no TLS.\n"
    "\nSSLKEYLOGFILE in the environment names a file for the secrets of TLS, for Wireshark.\n"
    "\nCtrl-C and SIGTERM drain the server: nobody new is let in, connections end once they are "
    "\nsilent for half a second. A second one stops it at once.\n"
    "\nSIGUSR2 restarts it without a connection refused or lost: the program that is at its path by"
    "\nnow gets the sockets that listen, and this one drains. What systemd passes as LISTEN_FDS is"
    "\nused for the URLs that it fits, and NOTIFY_SOCKET hears what sd_notify(3) has words for.\n"
    "\nexit status: 0 stopped, 1 it could not listen, 2 usage\n";

CLI::Validator known_service() {
  CLI::Validator validator;
  validator.operation([](std::string& name) {
    if (find_service(name)) return std::string();
    std::string known;
    for (const Service& service : services()) known += fmt::format(" {}", service.name);
    return fmt::format("there is no service '{}'; there are:{}", name, known);
  });
  return validator.name("SERVICE");
}

// What is read from files, and read anew when they have changed.
struct Loaded {
  std::shared_ptr<TlsContext> tls;
  std::shared_ptr<Authenticator> authenticator;

  bool any() const { return tls || authenticator; }
};

void log_reload(std::string_view what, const Result<void>& reloaded, LogFormat log) {
  log_reload(what, reloaded ? std::string() : reloaded.error().what(), log);
}

void reload(const Loaded& loaded, const Options& options, LogFormat log) {
  if (loaded.tls) log_reload("certificates", loaded.tls->reload(), log);
  if (loaded.authenticator) {
    log_reload("credentials", reload(*loaded.authenticator, options.auth), log);
  }
}

std::vector<std::string> watched_files(const Options& options) {
  std::vector<std::string> files = options.tls.files();
  for (std::string& file : options.auth.sources.files()) files.push_back(std::move(file));
  return files;
}

int serve_until_stopped(const Options& options) {
  const Service& service = *find_service(options.service);
  LogFormat log = options.quiet ? LogFormat::none : options.log;
  ServerOptions server_options;
  server_options.threads = options.threads;
  server_options.backend = options.backend;
  server_options.spin = options.spin;
  server_options.listen.backlog = options.backlog;
  if (log != LogFormat::none) {
    server_options.observer = [log](const ServerEvent& event) { log_event(event, log); };
  }
  server_options.limits = options.limits;
  server_options.open.websocket = options.websocket;
  server_options.open.framing = options.framing;
  server_options.open.proxies = options.proxies;
  try {
    check_framing(options.framing, options.urls);
    Loaded loaded{make_tls(options.tls),
                  make_authenticator(options.auth, !options.tls.client_ca.empty())};
    server_options.open.tls = loaded.tls;
    server_options.open.authenticator = loaded.authenticator;
    Supervision supervision(options.supervision, log);
    std::optional<FileWatch> watch;
    if (loaded.any()) {
      watch.emplace(watched_files(options),
                    [&] { supervision.reload([&] { reload(loaded, options, log); }); });
    }
    Server server(std::move(server_options));
    supervision.attend(server);
    for (const std::string& url : options.urls) {
      server.add(url, service.handle, options.service);
    }
    if (options.urls.empty()) server.add(std::string(service.url), service.handle, options.service);
    server.run();
    return 0;
  } catch (const Error& error) {
    return fail(error);
  }
}

void add_places(CLI::App& command, Options& options) {
  command
      .add_option(
          "-l,--listen", options.urls,
          "Where to listen: tcp://HOST:PORT, HOST:PORT, :PORT (all interfaces), tls://HOST:PORT, "
          "ws://HOST:PORT, wss://HOST:PORT, any://HOST:PORT (all of these), unix:/PATH, "
          "unix:@NAME, ws+unix:/PATH, udp://HOST:PORT, unixgram:/PATH or unixgram:@NAME; port 0 is "
          "any that is free; may be given several times")
      ->check(url_value());
}

}  // namespace

void define_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("serve", "Serve connections until stopped");
  command->add_option("service", options->service, "What to serve (default: echo)")
      ->check(known_service());
  add_places(*command, *options);
  command
      ->add_option("-t,--threads", options->threads,
                   "Loops, each with a thread (default: one for each core)")
      ->check(CLI::Range(1u, 1024u));
  command
      ->add_option("--backend", options->backend, "How to talk to the kernel (default: the best)")
      ->check(CLI::IsMember({"io_uring", "epoll"}));
  add_duration(*command, "--spin", options->spin, true,
               "How long to look for events before sleeping, while they come often; 0 never "
               "(default: 50us where there are two cores or more)");
  command->add_option("--backlog", options->backlog, "Connections that may wait to be accepted")
      ->check(CLI::Range(0, 65535));
  add_tls_options(*command, options->tls);
  add_auth_options(*command, options->auth);
  add_websocket_options(*command, options->websocket);
  add_framing_option(*command, options->framing);
  add_proxies(*command, options->proxies);
  add_limit_options(*command, options->limits);
  add_supervision_options(*command, options->supervision);
  add_duration(*command, "--keep-alive", options->websocket.http.idle_timeout, false,
               "How long a client that looked at a page may stay without asking for another "
               "(default: 60s)");
  command->add_option("--log", options->log, "How events are told on stderr")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"text", LogFormat::text}, {"json", LogFormat::json}}));
  command->add_flag("-q,--quiet", options->quiet, "Tell no events");
  command->footer(service_list() + examples);
  command->callback([options, &exit_code] { exit_code = serve_until_stopped(*options); });
}

}  // namespace bowline::cli
