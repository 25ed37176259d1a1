#include "tests/support/watched_backend.h"

#include <gtest/gtest.h>

namespace bowline::testing {

WatchedBackend::~WatchedBackend() {
  EXPECT_EQ(under_way(), 0u) << "Ops that were never answered";
}

bool WatchedBackend::submit(Op& op) {
  // Noted before: an answer may be there before submit() has returned.
  EXPECT_TRUE(under_way_.insert(&op).second) << "an Op that is under way already";
  if (!inner_->submit(op)) return false;
  under_way_.erase(&op);
  return true;
}

void WatchedBackend::cancel(Op& op) {
  EXPECT_TRUE(under_way_.contains(&op)) << "cancelling an Op that is not under way";
  inner_->cancel(op);
}

void WatchedBackend::wait(Time until) {
  if (until == never) return inner_->wait(never);
  inner_->wait(until <= now() ? Time() : until - ahead_);
}

Op* WatchedBackend::next() {
  Op* op = inner_->next();
  if (op && under_way_.erase(op) == 0) ADD_FAILURE() << "an answer to an Op that nobody awaits";
  return op;
}

}  // namespace bowline::testing
