#include "cli/relay.h"

#include "cli/relay_options.h"
#include "cli/relaying.h"
#include "cli/until_stopped.h"

#include <CLI/CLI.hpp>
#include <memory>

namespace bowline::cli {
namespace {

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
    "  bowline relay --config /etc/relay.toml --check\n"
    "\nCtrl-C and SIGTERM drain the relay, as they drain a server; a second one stops it. SIGHUP"
    "\nhas its files read again, and SIGUSR2 restarts it, as they do with a server.\n"
    "\nexit status: 0 stopped, 1 it could not listen, 2 usage, or --check found mistakes\n";

}  // namespace

void define_relay(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RelayingOptions>();
  CLI::App* command = app.add_subcommand("relay", description);
  add_relay_options(*command, *options);
  command->footer(notes);
  command->callback([command, options, &exit_code] {
    exit_code = run_until_stopped<Relaying>(*options, values_of(*command));
  });
}

}  // namespace bowline::cli
