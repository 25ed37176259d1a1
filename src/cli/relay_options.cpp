#include "cli/relay_options.h"

#include "cli/option_values.h"

#include <CLI/CLI.hpp>
#include <map>

namespace bowline::cli {
namespace {

void add_places(CLI::App& command, RelayingOptions& options) {
  command
      .add_option("-l,--listen", options.urls,
                  "Where to listen: as for bowline serve; may be given several times")
      ->required()
      ->allow_extra_args(false)
      ->check(url_value());
  command
      .add_option("--to", options.upstreams,
                  "Where to: tcp://HOST:PORT, HOST:PORT, tls://HOST:PORT, ws://HOST/PATH, "
                  "wss://HOST/PATH, unix:/PATH, unix:@NAME, ws+unix:/PATH, udp://HOST:PORT, "
                  "unixgram:/PATH or unixgram:@NAME; may be given several times")
      ->allow_extra_args(false)
      ->check(url_value());
  command
      .add_option("--to-file", options.upstream_file,
                  "A file with more of them, a URL a line, which is read again when it changes")
      ->type_name("FILE");
}

void add_balancing(CLI::App& command, RelayingOptions& options) {
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

}  // namespace

void add_upstream_tls(CLI::App& command, ClientTlsOptions& options) {
  command
      .add_option("--to-ca", options.ca,
                  "Who may vouch for upstreams over TLS, in place of the system's authorities")
      ->type_name("FILE");
  command.add_flag("--to-insecure", options.insecure,
                   "Trust whichever upstream answers: for tests only");
  CLI::Option* certificate = command
                                 .add_option("--to-cert", options.certificate,
                                             "The certificate (PEM) to show to upstreams")
                                 ->type_name("FILE");
  CLI::Option* key =
      command.add_option("--to-key", options.key, "Its private key")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
}

void add_relay_options(CLI::App& command, RelayingOptions& options) {
  add_places(command, options);
  add_balancing(command, options);
  add_upstream_tls(command, options.upstream_tls);
  add_server_options(command, options);
}

}  // namespace bowline::cli
