#include "cli/relay.h"

#include "bowline/net/worker.h"
#include "bowline/os/signals.h"
#include "bowline/server/server.h"
#include "bowline/services/relay.h"
#include "cli/admin_options.h"
#include "cli/config_file.h"
#include "cli/event_log.h"
#include "cli/failure.h"
#include "cli/file_watch.h"
#include "cli/limit_options.h"
#include "cli/option_values.h"
#include "cli/secure_options.h"
#include "cli/supervision.h"
#include "cli/upstream_list.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bowline::cli {
namespace {

struct Options {
  ConfigFile config;
  std::vector<std::string> urls;
  std::vector<std::string> upstreams;
  std::string upstream_file;
  UpstreamOptions balancing;
  ServerTlsOptions tls;
  ClientTlsOptions upstream_tls;
  WebSocketSettings websocket;
  std::vector<AddressRange> proxies;
  ServerLimits limits;
  SupervisionOptions supervision;
  unsigned threads = 0;
  std::string backend;
  AdminSettings admin;
  LogFormat log = LogFormat::text;
  bool quiet = false;
};

constexpr const char* description =
    "Carry connections on to other servers\n\n"
    "Each connection goes to one of the upstreams, over whatever transport its URL says: TCP to "
    "Unix, WebSocket to TCP, TLS in and plain out. Between two WebSockets messages stay messages, "
    "and a close goes on with its code. Bytes between plain sockets are not copied. An upstream "
    "that can't be reached is passed over for the next one; one that fails its checks gets "
    "connections only when there is no other.\n\n"
    "A file of upstreams (--to-file) has a URL a line. It is read again when it changes, and at "
    "SIGHUP: what is no longer in it is drained, which means that its connections go on and that "
    "it gets no new ones.";

constexpr const char* notes =
    "examples:\n"
    "  bowline relay --listen :8000 --to 10.0.0.1:8000 --to 10.0.0.2:8000\n"
    "  bowline relay --listen tls://:8443 --cert site.pem --key site.key --to unix:/run/app.sock\n"
    "  bowline relay --listen ws://:8080 --to localhost:6379\n"
    "  bowline relay --listen :5432 --to-file /etc/databases --balance source\n"
    "  bowline relay --listen :8000 --to localhost:9000 --proxy-protocol v2\n"
    "\nCtrl-C and SIGTERM drain the relay, as they drain a server; a second one stops it. SIGUSR2"
    "\nrestarts it as it does a server.\n"
    "\nexit status: 0 stopped, 1 it could not listen, 2 usage\n";

Result<void> reload_upstreams(Upstreams& upstreams, const Options& options) {
  Result<std::vector<std::string>> urls = load_upstreams(options.upstreams, options.upstream_file);
  if (!urls) return urls.error();
  upstreams.set(*urls);
  return {};
}

ServerOptions server_options_of(const Options& options, LogFormat log) {
  ServerOptions server;
  server.threads = options.threads;
  server.backend = options.backend;
  server.limits = options.limits;
  server.observe = options.admin.any();
  server.open.websocket = options.websocket;
  server.open.proxies = options.proxies;
  server.open.tls = make_tls(options.tls);
  if (log != LogFormat::none) {
    server.observer = [log](const ServerEvent& event) { log_event(event, log); };
  }
  return server;
}

UpstreamOptions upstream_options_of(const Options& options, LogFormat log) {
  UpstreamOptions upstreams = options.balancing;
  upstreams.connect.websocket.messages = options.websocket.messages;
  upstreams.connect.websocket.request.subprotocols = options.websocket.handshake.subprotocols;
  if (options.upstream_tls.any())
    upstreams.connect.tls = make_tls(options.upstream_tls, "tls://:0");
  if (log != LogFormat::none) {
    upstreams.observer = [log](const UpstreamEvent& event) { log_event(event, log); };
  }
  return upstreams;
}

void start(Worker& worker) {
  os::SignalsHeld held;
  worker.start_thread();
}

void relay_until_stopped(const Options& options) {
  LogFormat log = options.quiet ? LogFormat::none : options.log;
  ServerOptions server_options = server_options_of(options, log);
  std::shared_ptr<TlsContext> tls = server_options.open.tls;
  Upstreams upstreams(load_upstreams(options.upstreams, options.upstream_file).value(),
                      upstream_options_of(options, log));
  std::shared_ptr<Authenticator> admins = make_authenticator(options.admin.auth, false);
  auto reload = [&] {
    if (tls) log_reload("certificates", tls->reload(), log);
    if (admins) log_reload("admin tokens", cli::reload(*admins, options.admin.auth), log);
    if (options.upstream_file.empty()) return;
    log_reload("upstreams", reload_upstreams(upstreams, options), log);
  };
  std::vector<std::string> files = options.tls.files();
  if (!options.upstream_file.empty()) files.push_back(options.upstream_file);
  for (std::string& file : options.admin.auth.sources.files()) files.push_back(std::move(file));
  Supervision supervision(options.supervision, log);
  std::optional<FileWatch> watch;
  if (!files.empty()) watch.emplace(files, [&](FileWatch&, bool) { supervision.reload(reload); });
  Server server(std::move(server_options));
  supervision.attend(server);
  for (const std::string& url : options.urls) {
    auto handle = [&upstreams, relay = RelayOptions{options.limits.idle_timeout}](Stream client) {
      return relay_to(upstreams, std::move(client), relay);
    };
    server.add(url, handle, "relay");
  }
  // Beside the loops that carry: a check waits for none of them, nor they for it.
  Worker checker(options.backend);
  start(checker);
  checker.post([&](Scope& scope) { scope.start(upstreams.check(checker.network())); });
  AdminOptions admin_options{.tls = tls, .authenticator = admins, .upstreams = &upstreams};
  std::unique_ptr<Admin> admin = begin_admin(server, options.admin, admin_options, log);
  server.run();
}

int run_relay(const Options& options) {
  try {
    relay_until_stopped(options);
    return 0;
  } catch (const Error& error) {
    return fail(error);
  }
}

void add_places(CLI::App& command, Options& options) {
  command
      .add_option("-l,--listen", options.urls,
                  "Where to listen: as for bowline serve; may be given several times")
      ->required()
      ->check(url_value());
  command
      .add_option("--to", options.upstreams,
                  "Where to: tcp://HOST:PORT, HOST:PORT, tls://HOST:PORT, ws://HOST/PATH, "
                  "wss://HOST/PATH, unix:/PATH, unix:@NAME, ws+unix:/PATH, udp://HOST:PORT, "
                  "unixgram:/PATH or unixgram:@NAME; may be given several times")
      ->check(url_value());
  command
      .add_option("--to-file", options.upstream_file,
                  "A file with more of them, a URL a line, which is read again when it changes")
      ->type_name("FILE");
}

void add_balancing(CLI::App& command, Options& options) {
  UpstreamOptions& balancing = options.balancing;
  command
      .add_option("--balance", balancing.balance,
                  "Which upstream is next: the one with the fewest connections, each in turn, or "
                  "for each client's address the same (default: least)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Balance>{{"least", Balance::least_connections},
                                         {"round-robin", Balance::round_robin},
                                         {"source", Balance::source}}));
  add_duration(command, "--connect-timeout", balancing.connect_timeout, false,
               "How long a client may wait for its upstream, however many are tried (default: 5s)");
  auto set_interval = [&balancing](Duration interval) {
    balancing.check_interval = interval == Duration() ? forever : interval;
  };
  add_duration_action(command, "--check-interval", set_interval,
                      "How often all upstreams are checked, by connecting to them as the URL says; "
                      "0: never (default: 2s)");
  add_duration(command, "--check-timeout", balancing.check_timeout, false,
               "How long a check may take (default: 2s)");
  command
      .add_option("--rise", balancing.rise,
                  "Checks that one which fails has to pass to be healthy (default: 2)")
      ->check(CLI::Range(1u, 1000u).description(""));
  command
      .add_option("--fall", balancing.fall,
                  "Checks and connections in a row that fail until it is failing (default: 3)")
      ->check(CLI::Range(1u, 1000u).description(""));
  command
      .add_option("--proxy-protocol", balancing.proxy,
                  "Tell upstreams who the client is, with this version of the PROXY protocol")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ProxyVersion>{{"v1", ProxyVersion::v1}, {"v2", ProxyVersion::v2}}));
}

void add_upstream_tls(CLI::App& command, ClientTlsOptions& tls) {
  command
      .add_option("--to-ca", tls.ca,
                  "Who may vouch for upstreams over TLS, in place of the system's authorities")
      ->type_name("FILE");
  command.add_flag("--to-insecure", tls.insecure,
                   "Trust whichever upstream answers: for tests only");
  CLI::Option* certificate =
      command
          .add_option("--to-cert", tls.certificate, "The certificate (PEM) to show to upstreams")
          ->type_name("FILE");
  CLI::Option* key = command.add_option("--to-key", tls.key, "Its private key")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
}

}  // namespace

void define_relay(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("relay", description);
  add_places(*command, *options);
  add_balancing(*command, *options);
  add_proxies(*command, options->proxies);
  add_tls_options(*command, options->tls);
  add_upstream_tls(*command, options->upstream_tls);
  add_websocket_options(*command, options->websocket);
  add_limit_options(*command, options->limits);
  add_supervision_options(*command, options->supervision);
  command
      ->add_option("-t,--threads", options->threads,
                   "Loops, each with a thread (default: one for each core)")
      ->check(CLI::Range(1u, 1024u));
  command
      ->add_option("--backend", options->backend, "How to talk to the kernel (default: the best)")
      ->check(CLI::IsMember({"io_uring", "epoll"}));
  add_admin_options(*command, options->admin);
  command->add_option("--log", options->log, "How events are told on stderr")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"text", LogFormat::text}, {"json", LogFormat::json}}));
  command->add_flag("-q,--quiet", options->quiet, "Tell no events");
  add_config(*command, options->config);
  command->footer(notes);
  command->callback([options, &exit_code] { exit_code = run_relay(*options); });
}

}  // namespace bowline::cli
