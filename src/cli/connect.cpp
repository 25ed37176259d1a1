#include "cli/connect.h"

#include "cli/framing_option.h"
#include "cli/option_values.h"
#include "cli/talk.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <string>

namespace bowline::cli {
namespace {

constexpr const char* description =
    "Talk to a server: stdin to the peer, the peer to stdout\n\n"
    "The end of standard input is passed on as a half-close, and what the peer still answers is "
    "waited for until it closes (but see --wait). A WebSocket, which has no half-close, is closed "
    "once nothing has come for half a second, or after --wait. When the peer closes, the program "
    "ends, also "
    "while standard input is open.\n\n"
    "On a terminal there is a prompt: lines are edited with the usual keys (earlier ones with the "
    "arrows; Ctrl-R finds those that contain what is typed), what comes is shown above the line "
    "with "
    "control characters made visible. Ctrl-D on an empty line ends the input, Ctrl-C the program. "
    "Elsewhere bytes pass unchanged both ways, and messages go to standard error.\n\n"
    "Over udp:// and unixgram: each line is a datagram. Nothing tells there that the peer has "
    "ended, "
    "so after the end of input answers are waited for half a second (but see --wait).";

constexpr const char* notes =
    "examples:\n"
    "  bowline connect localhost:12345\n"
    "  echo hello | bowline connect tcp://localhost:12345\n"
    "  bowline connect --timeout 5s --count 1 unix:/run/app.sock < request\n"
    "  bowline connect --hex :9797\n"
    "  echo hello | bowline connect udp://localhost:12345\n"
    "  bowline connect --ca ca.pem --show-handshake tls://localhost:8443\n"
    "  echo hello | bowline connect --count 1 wss://localhost:8443/chat\n"
    "  echo hello | bowline connect --framing length :9797\n"
    "  bowline connect --reconnect wss://localhost:8443/prices\n"
    "  bowline connect --prompt 127.0.0.1:8000\n"
    "  bowline connect --user alice wss://example.org/chat\n"
    "\nexit status: 0 done, 1 the peer or the network failed, 2 usage, 130 Ctrl-C\n";

CLI::Validator message_count() {
  CLI::Validator validator;
  validator.operation([](std::string& text) {
    std::uint64_t count = 0;
    const char* end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data(), end, count);
    bool valid = error == std::errc() && at == end && count > 0;
    return valid ? std::string() : fmt::format("'{}' is no count; write 1 or more", text);
  });
  return validator.name("N");
}

}  // namespace

void define_connect(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<TalkOptions>();
  CLI::App* command = app.add_subcommand("connect", description);
  command
      ->add_option(
          "url", options->url,
          "Where to: tcp://HOST:PORT, HOST:PORT, :PORT (this machine), tls://HOST:PORT, "
          "ws://HOST/PATH, wss://HOST/PATH, unix:/PATH, unix:@NAME, ws+unix:/PATH, "
          "udp://HOST:PORT, unixgram:/PATH or unixgram:@NAME. All addresses of a host are tried, "
          "but over udp only the first")
      ->required()
      ->check(url_value());
  add_duration(*command, "-t,--timeout", options->conversation.timeout, false,
               "How long connecting may take, and later how long there may be silence: nothing "
               "comes from the peer and nothing goes to it. Then the exit status is 1. 5s, 200ms, "
               "2m, or a number of seconds (default: for ever)");
  add_duration(*command, "-w,--wait", options->conversation.wait, true,
               "How long to wait for the answer after the end of standard input. Then the exit "
               "status is 0 (default: until the peer closes; over udp and unixgram 500ms)");
  command
      ->add_option("-n,--count", options->conversation.count,
                   "Exit after so many messages: lines, or text without a line's end that a pause "
                   "of 0.1 s follows. What comes beyond is not shown; fewer are a failure")
      ->check(message_count());
  CLI::Option* prompt =
      command->add_flag("-p,--prompt", options->prompt,
                        "Ask for messages with 'Enter message: ', send each line without its end, "
                        "show each answer as 'Received: TEXT', and stop after the answer 'closed'");
  command->add_flag("-x,--hex", options->hex, "Show what comes as offsets, hexadecimal and text")
      ->excludes(prompt);
  command->add_flag("-v,--verbose", options->verbose,
                    "Tell on standard error to where it connected, and how much came and went");
  command->add_flag("-q,--quiet", options->quiet, "Tell nothing on standard error but failures");
  CLI::Option* reconnect =
      command
          ->add_flag(
              "--reconnect", options->reconnect,
              "Connect again whenever the connection is lost or can't be had, and tell so on "
              "standard error. Lines that are read meanwhile wait, up to 1000. Over tcp, tls "
              "and unix what is shown and sent is whole lines. --timeout then ends an attempt "
              "or a connection, and not the program")
          ->excludes(prompt);
  command
      ->add_option("--retry-max", options->backoff.failures_max,
                   "End after so many attempts in a row that failed (default: never). What no "
                   "attempt will change, as a certificate that is not trusted, ends it at once")
      ->check(message_count())
      ->needs(reconnect);
  add_duration(*command, "--retry-wait", options->backoff.max, true,
               "The longest wait before the next attempt. Waits are random; the first is up to "
               "half a second, and each may be twice as long (default: 30s)")
      ->needs(reconnect);
  command->add_flag(
      "--binary", options->binary,
      "Over WebSocket and --framing length: send what is read as binary messages and show what "
      "comes as it is. Otherwise each line is a text message, and each message shown as a line");
  add_tls_options(*command, options->tls);
  add_auth_options(*command, options->auth);
  add_websocket_options(*command, options->connect.websocket);
  add_framing_option(*command, options->connect.framing);
  command
      ->add_flag("--show-handshake", options->show_handshake,
                 "Tell on standard error what TLS agreed on, whose certificate it is, and the "
                 "heads of HTTP that open a WebSocket, without passwords and cookies")
      ->excludes(reconnect);
  command->footer(notes);
  command->callback([options, &exit_code] { exit_code = talk(*options); });
}

}  // namespace bowline::cli
