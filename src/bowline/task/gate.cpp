#include "bowline/task/gate.h"

#include "bowline/task/wait.h"

namespace bowline {

void Gate::open() {
  open_ = true;
  while (Waiter* waiter = waiting_.pop()) static_cast<Passing&>(*waiter).let_go();
}

bool Gate::Passing::begin(Context& context) {
  context_ = &context;
  cancelled_ = context.cancelled();
  if (cancelled_) return false;
  waiting_ = true;
  gate_->waiting_.push(*this);
  context.begin_wait(*this);
  return true;
}

void Gate::Passing::let_go() {
  waiting_ = false;
  context_->scheduler().ready(*this);
}

void Gate::Passing::ask_to_end() {
  if (!waiting_) return;
  cancelled_ = true;
  gate_->waiting_.remove(*this);
  let_go();
}

Result<void> Gate::Passing::result() {
  if (!context_) return {};
  context_->end_wait();
  if (cancelled_) return cancelled_error(*context_, "wait");
  return {};
}

}  // namespace bowline
