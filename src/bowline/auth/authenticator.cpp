#include "bowline/auth/authenticator.h"

#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"

#include <fmt/format.h>

#include <algorithm>

namespace bowline {
namespace {

Admission come_again(Duration wait) {
  auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return {std::nullopt, "too many attempts from there have failed",
          fmt::format("too many failed attempts, try again in {} s", seconds.count()), seconds};
}

Admission busy() {
  return {std::nullopt, "there was no time left to check a password",
          "too busy to check credentials, try again", std::chrono::seconds(1)};
}

bool is_busy(const Error& error) {
  return error.timed_out() || error.is(std::errc::resource_unavailable_try_again);
}

}  // namespace

WallTime AuthOptions::system_calendar() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Authenticator::Authenticator(CheckList checks, AuthOptions options)
    : options_(std::move(options)), throttle_(options_.throttle), threads_(options_.work) {
  use(std::move(checks));
}

void Authenticator::use(CheckList checks) {
  auto list = std::make_shared<const CheckList>(std::move(checks));
  std::lock_guard lock(mutex_);
  checks_ = std::move(list);
}

Task<Admission> Authenticator::judge(Network network, Evidence evidence, std::string source,
                                     Time deadline) {
  if (!evidence.credential) co_return co_await ask_checks(network, evidence, deadline);
  Duration patience = deadline - network.now();
  Duration wait = throttle_.begin(source, network.now(), patience);
  if (wait > patience) co_return come_again(wait);
  Task<Admission> asking = ask_in_turn(network, evidence, wait, deadline);
  Result<Admission> asked = co_await attempt(std::move(asking));
  bool failed = asked && !asked->identity && asked->retry_after == Duration();
  throttle_.end(source, network.now(), failed);
  co_return std::move(asked.value());
}

Task<Admission> Authenticator::ask_in_turn(Network network, const Evidence& evidence, Duration wait,
                                           Time deadline) {
  if (wait > Duration()) co_await sleep(wait);
  co_return co_await ask_checks(network, evidence, deadline);
}

Task<Admission> Authenticator::ask_checks(Network network, const Evidence& evidence,
                                          Time deadline) {
  std::shared_ptr<const CheckList> list = checks();
  std::string why;
  for (std::size_t index = 0; index < list->size(); ++index) {
    std::shared_ptr<const Check> check = (*list)[index];
    if (!check->scheme().empty() && !evidence.says(check->scheme())) continue;
    Verdict verdict;
    if (check->is_slow()) {
      Task<Verdict> judging =
          within(deadline - network.now(), judge_slowly(network, check, evidence));
      Result<Verdict> judged = co_await attempt(std::move(judging));
      if (!judged && is_busy(judged.error())) co_return busy();
      verdict = std::move(judged.value());
    } else {
      verdict = check->judge(evidence, options_.calendar());
    }
    if (verdict.identity) co_return Admission{std::move(verdict.identity), {}, {}, {}};
    if (!verdict.why.empty()) why.append(why.empty() ? "" : "; ").append(verdict.why);
  }
  bool says_something = evidence.credential.has_value();
  if (why.empty()) why = says_something ? "nothing here takes such credentials" : "it showed none";
  co_return Admission{
      std::nullopt,
      std::move(why),
      says_something ? "these credentials are not valid here" : "credentials are needed here",
      {}};
}

// What the thread works on is its own: the wait for it may end before.
Task<Verdict> Authenticator::judge_slowly(Network network, std::shared_ptr<const Check> check,
                                          const Evidence& evidence) {
  auto verdict = std::make_shared<Verdict>();
  std::function<void()> work = [check = std::move(check), evidence, verdict,
                                now = options_.calendar()] {
    *verdict = check->judge(evidence, now);
  };
  co_await threads_.run(network, std::move(work));
  co_return std::move(*verdict);
}

std::vector<std::string_view> Authenticator::schemes() const {
  std::vector<std::string_view> schemes;
  std::shared_ptr<const CheckList> list = checks();
  for (const std::shared_ptr<const Check>& check : *list) {
    bool known = std::find(schemes.begin(), schemes.end(), check->scheme()) != schemes.end();
    if (!check->scheme().empty() && !known) schemes.push_back(check->scheme());
  }
  return schemes;
}

std::shared_ptr<const CheckList> Authenticator::checks() const {
  std::lock_guard lock(mutex_);
  return checks_;
}

Evidence evidence_of(Stream& stream) {
  Evidence evidence;
  std::optional<TlsFacts> facts = tls_facts(stream);
  if (facts && facts->verified) evidence.certificate = std::move(facts->peer);
  Credentials process;
  if (stream.transport().credentials(process) == 0) evidence.process = process;
  return evidence;
}

std::string source_of(Stream& stream, const Evidence& evidence) {
  return throttle_source(stream.peer_address(),
                         evidence.process ? &evidence.process->user : nullptr);
}

}  // namespace bowline
