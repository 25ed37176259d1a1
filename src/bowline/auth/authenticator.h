// Finds out who the peers of a server are, by a list of checks. What a peer is told never says
// which part of its credentials was wrong; the log does, and holds no secret either.
//
//   AuthSources sources{.tokens_file = "tokens"};
//   options.open.authenticator = std::make_shared<Authenticator>(load_checks(sources).value());
#pragma once

#include "bowline/auth/check.h"
#include "bowline/auth/throttle.h"
#include "bowline/net/network.h"
#include "bowline/net/work_threads.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bowline {

struct AuthOptions {
  // From when it is asked for a credential: how long a peer may take for it, and we to check it.
  Duration timeout = std::chrono::seconds(5);
  ThrottleOptions throttle;  // of guessing
  WorkLimits work;           // of slow checks: threads, and how many may wait for one
  std::function<WallTime()> calendar = system_calendar;

  static WallTime system_calendar();
};

// What became of an attempt.
struct Admission {
  std::optional<Identity> identity;
  std::string why;         // there is none: for the log
  std::string told;        // the same for the peer
  Duration retry_after{};  // not zero: it was not looked at, and may be made again then
};

// One serves all connections of a server, on all its threads.
class Authenticator {
 public:
  explicit Authenticator(CheckList checks, AuthOptions options = {});

  // Takes these checks for all attempts from now on. From any thread.
  void use(CheckList checks);

  // Asks the checks about `evidence`, the first that knows the peer wins. With a credential in it,
  // this is an attempt of `source` (throttle_source), which may have to wait for its turn. All of
  // it ends at `deadline`, and who is not looked at by then may come again.
  Task<Admission> judge(Network network, Evidence evidence, std::string source, Time deadline);

  // In which schemes credentials are taken: "Bearer", "Basic", both, none.
  std::vector<std::string_view> schemes() const;
  Duration timeout() const { return options_.timeout; }

 private:
  std::shared_ptr<const CheckList> checks() const;
  Task<Admission> ask_in_turn(Network network, const Evidence& evidence, Duration wait,
                              Time deadline);
  Task<Admission> ask_checks(Network network, const Evidence& evidence, Time deadline);
  Task<Verdict> judge_slowly(Network network, std::shared_ptr<const Check> check,
                             const Evidence& evidence);

  AuthOptions options_;
  Throttle throttle_;
  WorkThreads threads_;
  mutable std::mutex mutex_;
  std::shared_ptr<const CheckList> checks_;  // shared with the attempts that began with it
};

// What the connection alone shows: a certificate, a Unix user.
Evidence evidence_of(Stream& stream);
// What attempts from `stream` are counted by.
std::string source_of(Stream& stream, const Evidence& evidence);

}  // namespace bowline
