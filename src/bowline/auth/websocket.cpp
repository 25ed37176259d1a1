#include "bowline/auth/websocket.h"

#include <fmt/format.h>

#include <cerrno>

namespace bowline {
namespace {

constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int too_many_requests = 429;

}  // namespace

HttpGuard::HttpGuard(Network network, Authenticator& authenticator, Stream& stream)
    : network_(network),
      authenticator_(authenticator),
      evidence_(evidence_of(stream)),
      source_(source_of(stream, evidence_)) {}

Task<WebSocketAnswer> HttpGuard::admit(const HttpRequest& request) {
  evidence_.credential.reset();
  if (request.fields->count("authorization") == 1) {
    evidence_.credential = Credential::parse(*request.fields->find("authorization"));
  }
  bool in_url = request.query.find("access_token=") != std::string_view::npos;
  Time deadline = later(network_.now(), authenticator_.timeout());
  Task<Admission> judging = authenticator_.judge(network_, evidence_, source_, deadline);
  admission_ = co_await judging;
  if (admission_.identity) co_return WebSocketAnswer();
  if (in_url && !evidence_.credential) {
    admission_.told = "a token in a URL gets into logs: it is taken from Authorization only";
  }
  co_return refusal();
}

WebSocketAnswer HttpGuard::refusal() const {
  WebSocketAnswer answer;
  answer.why = admission_.told;
  if (admission_.retry_after > Duration()) {
    auto wait = std::chrono::ceil<std::chrono::seconds>(admission_.retry_after);
    answer.status = too_many_requests;
    answer.fields = {{"Retry-After", std::to_string(wait.count())}};
    return answer;
  }
  // RFC 9110 15.5.2: 401 has to say by which scheme one can do better.
  for (std::string_view scheme : authenticator_.schemes()) {
    std::string_view charset = scheme == "Basic" ? ", charset=\"UTF-8\"" : "";
    answer.fields.push_back(
        {"WWW-Authenticate", fmt::format("{} realm=\"bowline\"{}", scheme, charset)});
  }
  answer.status = answer.fields.empty() ? forbidden : unauthorized;
  return answer;
}

Task<Stream> authenticate_websocket(Network network, Stream stream, Authenticator& authenticator,
                                    const WebSocketSettings& settings) {
  stream = with_identity(std::move(stream));
  std::string url = stream.peer_url();
  HttpGuard guard(network, authenticator, stream);
  Stream opened = co_await accept_websocket(network, std::move(stream), settings, &guard);
  Admission& last = guard.admission();
  if (opened) {
    note_identity(opened, std::move(*last.identity));
  } else if (!last.why.empty()) {
    throw make_error(EACCES, "authenticate " + url, last.why);
  }
  co_return opened;
}

}  // namespace bowline
