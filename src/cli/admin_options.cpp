#include "cli/admin_options.h"

#include "bowline/base/url.h"
#include "bowline/client/http.h"
#include "bowline/os/file_descriptor.h"
#include "cli/option_values.h"

#include <CLI/CLI.hpp>

namespace bowline::cli {

void add_admin_options(CLI::App& command, AdminSettings& settings) {
  CLI::Option* admin =
      command
          .add_option(
              "--admin", settings.url,
              "Tell of this server at http://HOST:PORT, https://HOST:PORT (with --cert) or "
              "unix:/PATH: /metrics for Prometheus, /healthz, /readyz, and the connections, "
              "which bowline sockets --server lists")
          ->check(url_value());
  command
      .add_option("--admin-tokens", settings.auth.sources.tokens_file,
                  "Tell it only to who has a token of this file, as for --auth-tokens; health to "
                  "everybody")
      ->needs(admin)
      ->type_name("FILE");
}

std::unique_ptr<Admin> begin_admin(Server& server, const AdminSettings& settings,
                                   AdminOptions options, Supervision& supervision, LogFormat log) {
  options.adopted = supervision.take_admin_sockets();
  if (!settings.any()) {
    for (const InheritedSocket& socket : options.adopted) os::FileDescriptor(socket.handle).close();
    return nullptr;
  }
  options.url = settings.url;
  auto admin = std::make_unique<Admin>(server, std::move(options));
  supervision.attend(*admin);
  log_event({.kind = ServerEvent::Kind::listening, .url = admin->url(), .service = "admin"}, log);
  if (is_exposed(admin->url())) {
    log_warning(admin->url() + " can be reached from other machines, and is not secret: choose " +
                    "127.0.0.1, unix: or https://",
                log);
  }
  return admin;
}

void check_admin(const AdminSettings& settings, const std::shared_ptr<TlsContext>& tls) {
  if (!settings.any()) return;
  OpenOptions open;
  open.tls = tls;
  make_opener(http_transport(Url::parse(settings.url).value()).value(), open);
}

bool is_exposed(const std::string& url) {
  Url place = Url::parse(url).value();
  if (place.scheme != "http") return false;
  std::optional<Address> address = Address::parse_ip(place.host, 0);
  return !address || !address->is_loopback();
}

}  // namespace bowline::cli
