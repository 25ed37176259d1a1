#include "bowline/task/wait.h"

#include <fmt/format.h>

namespace bowline {
namespace {

std::string human(Duration duration) {
  using namespace std::chrono;
  double value = duration_cast<std::chrono::duration<double>>(duration).count();
  return value < 1 ? fmt::format("{:g} ms", value * 1000) : fmt::format("{:g} s", value);
}

}  // namespace

Error cancelled_error(const Context& context, std::string_view action) {
  if (!context.ending().is_timeout()) {
    return Error(std::make_error_code(std::errc::operation_canceled),
                 fmt::format("{}: cancelled", action));
  }
  return Error(std::make_error_code(std::errc::timed_out),
               fmt::format("{}: timed out after {}", action, human(context.ending().limit())));
}

bool Sleep::begin(Context& context) {
  context_ = &context;
  cancelled_ = context.cancelled();
  if (cancelled_) return false;
  waiting_ = true;
  context.begin_wait(*this);
  context.scheduler().set(*this, later(context.scheduler().now(), wait_));
  return true;
}

void Sleep::fire() {
  waiting_ = false;
  context_->scheduler().ready(*this);
}

void Sleep::ask_to_end() {
  if (!waiting_) return;
  cancelled_ = true;
  context_->scheduler().clear(*this);
  fire();
}

Result<void> Sleep::result() {
  context_->end_wait();
  if (cancelled_) return cancelled_error(*context_, "sleep");
  return {};
}

TimeLimit::TimeLimit(Context& outer, Duration limit)
    : Context(outer.scheduler()), outer_(outer), limit_(limit) {
  outer.begin_wait(*this);
  if (outer.cancelled()) {
    ask_to_end();
  } else if (limit != forever) {
    scheduler().set(*this, later(scheduler().now(), limit));
  }
}

TimeLimit::~TimeLimit() {
  scheduler().clear(*this);
  outer_.end_wait();
  if (inside_) *inside_ = &outer_;
}

}  // namespace bowline
