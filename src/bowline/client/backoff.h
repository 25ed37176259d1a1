// How long to wait before connecting again: exponential backoff with full jitter, so that the
// clients of a server that comes back do not come all at once. A plain value: it is told what
// happened and answers with a time.
#pragma once

#include "bowline/base/random.h"
#include "bowline/base/time.h"

#include <optional>

namespace bowline {

struct BackoffOptions {
  // The wait before attempt n of a row is a random one up to `first` * 2^(n-1), and up to `max`.
  Duration first = std::chrono::milliseconds(500);
  Duration max = std::chrono::seconds(30);
  // So many failures in a row are the end. 0: no limit.
  unsigned failures_max = 0;
  // A connection that has lasted so long begins a new row.
  Duration stable_time = std::chrono::seconds(10);
  // A server that asks to be left alone for longer is tried again after this.
  Duration retry_after_max = std::chrono::minutes(10);
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options) : options_(options) {}

  // A connection was lost that had `lasted`, or an attempt failed (zero): how long to wait before
  // the next; none when there shall be no more. `retry_after`: what the server asked for, which is
  // waited for as well.
  std::optional<Duration> next_wait(Duration lasted, Duration retry_after, Random& random);
  // In a row, so far.
  unsigned failures() const { return failures_; }

 private:
  BackoffOptions options_;
  unsigned failures_ = 0;
};

}  // namespace bowline
