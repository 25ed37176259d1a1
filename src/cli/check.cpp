#include "cli/check.h"

#include "bowline/loop/loop.h"
#include "bowline/net/run.h"
#include "cli/check_report.h"
#include "cli/check_steps.h"
#include "cli/failure.h"
#include "cli/option_values.h"
#include "cli/secure_options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

namespace bowline::cli {
namespace {

constexpr const char* description =
    "Find out why a server can't be reached, or that it can\n\n"
    "Goes there step by step: looks up the name, connects to all addresses, shakes hands (TLS: "
    "version, certificates, days left), opens the WebSocket, waits for a first word. Each step is "
    "told with its time; the first that fails with its reason and what to try.";

constexpr const char* notes =
    "examples:\n"
    "  bowline check localhost:12345\n"
    "  bowline check --ca ca.pem tls://localhost:8443\n"
    "  bowline check --json wss://example.org/chat\n"
    "\nexit status: 0 all steps were done, some perhaps with a warning, 1 one failed, 2 usage\n";

struct Options {
  CheckOptions check;
  ClientTlsOptions tls;
  bool json = false;
};

Task<> check_into(Network network, const CheckOptions& options, CheckReport& report) {
  report = co_await check_server(network, options);
}

int check(Options& options) {
  CheckReport report;
  try {
    options.check.connect.tls = make_tls(options.tls, options.check.url);
    std::unique_ptr<Loop> loop = make_loop();
    loop->run(check_into(Network(*loop), options.check, report));
  } catch (const Error& error) {
    return fail(error);
  }
  std::string text = options.json ? check_json(options.check.url, report) : check_text(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return report.failed() ? 1 : 0;
}

}  // namespace

void define_check(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<Options>();
  CheckOptions& check_options = options->check;
  CLI::App* command = app.add_subcommand("check", description);
  command
      ->add_option("url", check_options.url,
                   "The server: tcp://HOST:PORT, HOST:PORT, tls://HOST:PORT, ws://HOST/PATH, "
                   "wss://HOST/PATH, unix:/PATH or ws+unix:/PATH")
      ->required()
      ->check(url_value());
  add_duration(*command, "-t,--timeout", check_options.timeout, false,
               "How long each step may take (default: 10s)");
  command->add_flag("--echo", check_options.echo,
                    "Send a line as well, which the server is to send back");
  command->add_flag("--json", options->json, "One JSON object in place of text");
  add_tls_options(*command, options->tls);
  add_websocket_options(*command, check_options.connect.websocket);
  command->footer(notes);
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace bowline::cli
