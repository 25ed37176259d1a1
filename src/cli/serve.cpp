#include "cli/serve.h"

#include "bowline/services/service.h"
#include "cli/serve_options.h"
#include "cli/serving.h"
#include "cli/until_stopped.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace bowline::cli {
namespace {

std::string service_list() {
  std::string list = "services:\n";
  for (const Service& service : services()) {
    list += fmt::format("  {:<11}{}\n  {:<11}(at {} unless --listen says otherwise)\n",
                        service.name, service.summary, "", service.url);
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
    "  bowline serve --config /etc/bowline.toml --check\n"
    "  bowline serve echo --admin http://127.0.0.1:9100\n"
    "  bowline serve broadcast --listen any://:9000 --listen udp://:9000 --when-full drop-oldest\n"
    "\nWith any:// all is on one port: a client whose first bytes are a TLS handshake gets TLS, an "
    "HTTP "
    "\nrequest a page or a WebSocket, inside TLS as well; other bytes are raw, and so is a client "
    "that\nis silent for 200 ms. Without --cert it speaks no TLS.\n"
    "\nSSLKEYLOGFILE in the environment names a file for the secrets of TLS, for Wireshark.\n"
    "\nCtrl-C and SIGTERM drain the server: nobody new is let in, connections end once they are "
    "\nsilent for half a second. A second one stops it at once.\n"
    "\nSIGHUP has the file of --config and all that is named in it read again, and takes up what a "
    "\nserver that runs can; the log tells what that was, and what waits for a restart.\n"
    "\nSIGUSR2 restarts it without a connection refused or lost: the program that is at its path by"
    "\nnow gets the sockets that listen, and this one drains. What systemd passes as LISTEN_FDS is"
    "\nused for the URLs that it fits, and NOTIFY_SOCKET hears what sd_notify(3) has words for.\n"
    "\nexit status: 0 stopped, 1 it could not listen, 2 usage, or --check found mistakes\n";

}  // namespace

void define_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve connections until stopped");
  add_serve_options(*command, *options);
  command->footer(service_list() + examples);
  command->callback([command, options, &exit_code] {
    exit_code = run_until_stopped<Serving>(*options, values_of(*command));
  });
}

}  // namespace bowline::cli
