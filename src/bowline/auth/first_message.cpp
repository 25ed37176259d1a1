#include "bowline/auth/first_message.h"

#include "bowline/base/text.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <cerrno>

namespace bowline {
namespace {

constexpr std::string_view mark = "Authorization:";
constexpr std::string_view accepted = "ok ";
constexpr std::string_view denied = "denied: ";
constexpr std::string_view deferred = "later: ";
constexpr std::size_t answer_size_max = 1024;

// How long a client may take to hear that it is not let in.
constexpr Duration goodbye_time = std::chrono::seconds(2);

// What comes first, as a copy: a line without its end, or a datagram. None at the end.
Task<std::optional<std::string>> receive(Stream& stream, FirstMessage form, std::size_t size_max) {
  if (form == FirstMessage::datagram) {
    Chunk chunk = co_await stream.read_some();
    if (chunk.empty()) co_return std::nullopt;
    co_return std::string(chunk.text());
  }
  std::optional<std::string_view> line = co_await stream.read_line(size_max);
  if (!line) co_return std::nullopt;
  co_return std::string(*line);
}

Task<> say(Stream& stream, FirstMessage form, std::string text) {
  if (form == FirstMessage::line) text += '\n';
  co_await stream.write_all(text);
}

Admission nobody(std::string why, std::string told, Duration retry_after = {}) {
  return {std::nullopt, std::move(why), std::move(told), retry_after};
}

// To be late, or to say too much, is an answer too.
Task<Admission> ask(Network network, Stream& stream, Authenticator& authenticator,
                    FirstMessage form, Evidence evidence) {
  Time deadline = later(network.now(), authenticator.timeout());
  Task<std::optional<std::string>> receiving =
      within(authenticator.timeout(), receive(stream, form, credential_size_max + mark.size()));
  Result<std::optional<std::string>> text = co_await attempt(std::move(receiving));
  if (!text && text.error().timed_out()) {
    co_return nobody("no credential came in time", "you took too long", std::chrono::seconds(1));
  }
  if (!text && text.error().is(Errc::too_long)) {
    co_return nobody("what it said first is too long", "that is too long");
  }
  if (!text.value()) co_return nobody("it left without a word", "credentials are needed here");
  evidence.credential = parse_first_message(**text);
  if (!evidence.credential) {
    co_return nobody("what it said first is no credential",
                     "say first: Authorization: Bearer TOKEN, or Basic and base64");
  }
  std::string source = source_of(stream, evidence);
  co_return co_await authenticator.judge(network, std::move(evidence), std::move(source), deadline);
}

std::string answer_to(const Admission& admission) {
  bool may_come_again = admission.retry_after > Duration();
  return std::string(may_come_again ? deferred : denied) + admission.told;
}

Task<> dismiss(Stream& stream, FirstMessage form, std::string answer) {
  co_await say(stream, form, std::move(answer));
  if (form == FirstMessage::datagram) co_return;
  // What it still sends is dropped: closing over it would be a reset, and destroy the answer.
  co_await stream.write_end();
  while (Chunk chunk = co_await stream.read_some()) continue;
}

// What an answer other than "ok" means, or none at all: only a denial is for good.
Error refusal(const std::string& url, const std::optional<std::string>& answer) {
  std::string action = "authenticate at " + url;
  auto says = [&answer](std::string_view word) {
    return "the server says: " + printable(answer->substr(word.size()));
  };
  if (!answer) {
    return make_error(make_error_code(Errc::ended_early), action,
                      "the server left without an answer");
  }
  if (answer->starts_with(deferred)) return make_error(EAGAIN, action, says(deferred));
  if (answer->starts_with(denied)) return make_error(EACCES, action, says(denied));
  // What it said is not shown: a server that echoes says the secret.
  return make_error(EACCES, action,
                    "the server's answer has another form: it asks for no credentials");
}

}  // namespace

Task<Stream> authenticate(Network network, Stream stream, Authenticator& authenticator,
                          FirstMessage form) {
  stream = with_identity(std::move(stream));
  Evidence evidence = evidence_of(stream);
  Time deadline = later(network.now(), authenticator.timeout());
  Task<Admission> judging = authenticator.judge(network, evidence, {}, deadline);
  Admission admission = co_await judging;
  bool asks = !admission.identity && !authenticator.schemes().empty();
  if (asks) {
    Task<Admission> asking = ask(network, stream, authenticator, form, std::move(evidence));
    admission = co_await asking;
  }
  if (!admission.identity) {
    Task<> dismissing = within(goodbye_time, dismiss(stream, form, answer_to(admission)));
    Result<void> dismissed = co_await attempt(std::move(dismissing));
    throw make_error(EACCES, "authenticate " + stream.peer_url(), admission.why);
  }
  std::string greeting = std::string(accepted) + admission.identity->name;
  note_identity(stream, std::move(*admission.identity));
  if (asks) co_await say(stream, form, std::move(greeting));
  co_return stream;
}

Task<Stream> present(Network, Stream stream, const Credential& credential, FirstMessage form) {
  co_await say(stream, form, fmt::format("{} {}", mark, credential.text()));
  Task<std::optional<std::string>> receiving = receive(stream, form, answer_size_max);
  std::optional<std::string> answer = co_await receiving;
  if (answer && answer->starts_with(accepted)) co_return stream;
  throw refusal(stream.peer_url(), answer);
}

std::optional<Credential> parse_first_message(std::string_view text) {
  if (text.size() < mark.size() || !equals_ignoring_case(text.substr(0, mark.size()), mark)) {
    return std::nullopt;
  }
  text.remove_prefix(mark.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return Credential::parse(text);
}

}  // namespace bowline
