#include "cli/talk.h"

#include "bowline/base/url.h"
#include "bowline/net/run.h"
#include "bowline/server/listen.h"
#include "bowline/task/wait.h"
#include "cli/datagram_input.h"
#include "cli/failure.h"
#include "cli/framing_option.h"
#include "cli/handshake_text.h"
#include "cli/hex_dump.h"
#include "cli/line_input.h"
#include "cli/prompt_client.h"
#include "cli/reconnecting.h"
#include "cli/standard_io.h"
#include "cli/terminal.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <memory>

namespace bowline::cli {
namespace {

// How long after the end of input the answer to a datagram is waited for, unless --wait says so:
// nothing tells that the peer has no more to say.
constexpr Duration datagram_wait = std::chrono::milliseconds(500);

constexpr const char* terminal_prompt = "> ";
// A line of text longer than this is cut: no server takes such a message.
constexpr std::size_t text_size_max = 64 << 20;

struct Talk {
  const TalkOptions& options;
  ConnectOptions connect;
  std::string heads;  // of HTTP, as they are shown
  int exit_code = 0;
  Terminal* terminal = nullptr;  // while it is in use
};

void tell(const std::string& text) {
  fmt::print(stderr, "{}\n", text);
}

bool is_websocket(const TalkOptions& options) {
  return Url::parse(options.url).value().scheme.starts_with("ws");
}

bool is_datagram(const TalkOptions& options) {
  return bowline::is_datagram(Url::parse(options.url).value());
}

// Each piece of input is a message of its own, in text or in bytes.
bool sends_messages(const TalkOptions& options) {
  return is_websocket(options) || options.connect.framing.kind != Framing::Kind::raw;
}

void check(const TalkOptions& options) {
  check_framing(options.connect.framing, {options.url});
  if (options.reconnect && is_datagram(options)) {
    throw Error(make_error_code(Errc::bad_address),
                "--reconnect is for connections, and datagrams have none");
  }
  if (!options.binary || options.connect.framing.kind != Framing::Kind::line) return;
  throw Error(make_error_code(Errc::bad_address),
              "--binary sends line ends as they are, which lines can't have; --framing length can");
}

// What is read and how it is shown. The later ones stand on the earlier ones.
struct Ends {
  std::unique_ptr<Terminal> terminal;
  std::unique_ptr<StandardInput> standard_input;
  std::unique_ptr<StandardOutput> standard_output;
  std::unique_ptr<DatagramInput> pieces;
  std::unique_ptr<LineInput> lines;
  std::unique_ptr<MessageInput> messages;
  std::unique_ptr<AnswerOutput> answers;
  std::unique_ptr<HexOutput> hex;
  Input* input = nullptr;
  Output* output = nullptr;
};

void use_terminal(Ends& ends, Network network, const TalkOptions& options) {
  std::string prompt(options.prompt ? message_prompt : terminal_prompt);
  ends.terminal = std::make_unique<Terminal>(network, std::move(prompt));
  ends.input = ends.terminal.get();
  ends.output = ends.terminal.get();
}

void use_standard_streams(Ends& ends, Network network, const TalkOptions& options) {
  ends.standard_input = std::make_unique<StandardInput>(network);
  ends.standard_output = std::make_unique<StandardOutput>(network);
  ends.input = ends.standard_input.get();
  ends.output = ends.standard_output.get();
  bool text = sends_messages(options) && !options.binary;
  if (!options.prompt && !text) return;
  std::string prompt(options.prompt ? message_prompt : "");
  ends.lines = std::make_unique<LineInput>(*ends.input, *ends.output, std::move(prompt),
                                           options.prompt ? message_size_max : text_size_max);
  ends.input = ends.lines.get();
}

Ends make_ends(Network network, const TalkOptions& options) {
  Ends ends;
  if (is_terminal()) {
    use_terminal(ends, network, options);
  } else {
    use_standard_streams(ends, network, options);
  }
  if (is_datagram(options) && !options.prompt && !ends.terminal) {
    ends.pieces = std::make_unique<DatagramInput>(*ends.input);
    ends.input = ends.pieces.get();
  }
  if (options.prompt) {
    ends.messages = std::make_unique<MessageInput>(*ends.input);
    ends.answers = std::make_unique<AnswerOutput>(*ends.output);
    ends.input = ends.messages.get();
    ends.output = ends.answers.get();
  }
  if (options.hex) {
    ends.hex = std::make_unique<HexOutput>(*ends.output);
    ends.output = ends.hex.get();
  }
  return ends;
}

// A goodbye that gives a reason other than that all is done is a failure.
void check_close(const WebSocket& socket) {
  unsigned code = socket.close_code();
  bool well = code == 0 || code == websocket_normal || code == websocket_going_away ||
              code == websocket_no_code;
  if (well) return;
  throw make_error(
      std::make_error_code(std::errc::connection_aborted), "talk to " + socket.peer_url(),
      fmt::format("the server closed with {}: {}", code,
                  socket.close_reason().empty() ? "no reason" : socket.close_reason()));
}

// Its handshake is shown whether it went well or not.
Task<Stream> connect_to_peer(Network network, Talk& talk) {
  const TalkOptions& options = talk.options;
  Task<Stream> connecting =
      within(options.conversation.timeout, connect(network, options.url, talk.connect));
  Result<Stream> stream = co_await attempt(std::move(connecting));
  if (stream && options.show_handshake) fmt::print(stderr, "{}", handshake_text(*stream));
  fmt::print(stderr, "{}", talk.heads);
  co_return std::move(stream).value();
}

ConversationOptions rules_of(const TalkOptions& options) {
  ConversationOptions rules = options.conversation;
  rules.turns = options.prompt;
  if (is_datagram(options) && rules.wait == forever) rules.wait = datagram_wait;
  rules.half_closes = !is_websocket(options);
  if (sends_messages(options)) {
    rules.messages = options.binary ? MessageKind::binary : MessageKind::text;
    rules.lines = !options.binary && !options.prompt && !options.hex;
  }
  return rules;
}

void tell_amounts(std::uint64_t sent, std::uint64_t received) {
  tell(fmt::format("sent {} bytes, received {}", sent, received));
}

ClientOptions client_options(const Talk& talk) {
  ClientOptions options;
  options.connect = talk.connect;
  if (talk.options.conversation.timeout != forever) {
    options.connect_timeout = options.silence_max = talk.options.conversation.timeout;
  }
  options.backoff = talk.options.backoff;
  return options;
}

Task<> talk_and_come_back(Network network, Talk& talk) {
  const TalkOptions& options = talk.options;
  Ends ends = make_ends(network, options);
  talk.terminal = ends.terminal.get();
  auto tell_state = [&talk](const std::string& line) {
    if (talk.options.quiet) return;
    talk.terminal ? talk.terminal->tell(line) : tell(line);
  };
  Reconnecting conversation(network, options.url, client_options(talk), rules_of(options),
                            *ends.input, *ends.output, tell_state);
  Result<void> held = co_await attempt(conversation.hold());
  talk.terminal = nullptr;
  ends = Ends();
  if (options.verbose) tell_amounts(conversation.sent(), conversation.received());
  held.value();
}

Task<> talk_to_peer(Network network, Talk& talk) {
  const TalkOptions& options = talk.options;
  Stream stream = co_await connect_to_peer(network, talk);
  if (options.verbose) {
    tell(fmt::format("connected to {} from {}", stream.peer_url(), stream.local_address().text()));
  }
  Ends ends = make_ends(network, options);
  Conversation conversation(stream, *ends.input, *ends.output, rules_of(options));
  talk.terminal = ends.terminal.get();
  Result<void> held = co_await attempt(conversation.hold());
  talk.terminal = nullptr;
  bool on_terminal = ends.terminal != nullptr;
  ends = Ends();  // the terminal is as it was before anything more is said
  if (conversation.peer_ended() && (options.verbose || (on_terminal && !options.quiet))) {
    tell(fmt::format("{} closed the connection", stream.peer_url()));
  }
  if (options.verbose) tell_amounts(conversation.sent(), conversation.received());
  held.value();
  if (is_websocket(options) && conversation.peer_ended()) check_close(WebSocket(std::move(stream)));
}

// Signals that only mean something to the edited line; true if `number` was one.
bool is_for_terminal(int number, Terminal* terminal) {
  if (number == SIGTSTP) {
    if (terminal) terminal->suspend();
    if (!terminal) ::raise(SIGSTOP);
    return true;
  }
  if (number == SIGCONT && terminal) terminal->go_on();
  if (number == SIGWINCH && terminal) terminal->resized();
  return number == SIGCONT || number == SIGWINCH;
}

Task<> end_on_signal(Scope& scope, Network network, Talk& talk) {
  for (;;) {
    Task<int> signal = network.signal({SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH});
    Result<int> number = co_await attempt(std::move(signal));
    if (!number) co_return;
    if (is_for_terminal(*number, talk.terminal)) continue;
    talk.exit_code = 128 + *number;
    scope.cancel();
    co_return;
  }
}

Task<> talk_until_signal(Scope& scope, Network network, Talk* talk) {
  scope.start(end_on_signal(scope, network, *talk));
  // Signals are to be watched before connecting makes threads, which would else be hit by them.
  co_await yield();
  Task<> talking =
      talk->options.reconnect ? talk_and_come_back(network, *talk) : talk_to_peer(network, *talk);
  Result<void> talked = co_await attempt(std::move(talking));
  if (!talked && !talked.error().cancelled()) {
    talk->exit_code = fail(talked.error());
  }
  scope.cancel();
}

}  // namespace

int talk(const TalkOptions& given) {
  TalkOptions options = given;
  // Half a line that a lost connection took is neither to be sent on nor shown: it carries lines.
  Framing& framing = options.connect.framing;
  bool lines = options.reconnect && framing.kind == Framing::Kind::raw &&
               !has_messages(Url::parse(options.url).value());
  if (lines) framing.kind = Framing::Kind::line;
  Talk talk{options, options.connect};
  if (options.show_handshake) {
    talk.connect.websocket.observer = [&talk](std::string_view request, std::string_view answer) {
      talk.heads = heads_text(request, answer);
    };
  }
  try {
    check(options);
    talk.connect.tls = make_tls(options.tls, options.url);
    talk.connect.credential = read_credential(options.auth);
  } catch (const Error& error) {
    return fail(error);
  }
  int failed =
      run([&talk](Network network) { return with_scope(talk_until_signal, network, &talk); });
  return failed ? failed : talk.exit_code;
}

}  // namespace bowline::cli
