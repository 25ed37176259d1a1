#include "bowline/task/gate.h"

namespace bowline {

void Gate::open() {
  open_ = true;
  wake();
}

bool Gate::begin_wait(Context& context, std::coroutine_handle<> handle) {
  if (context.cancelled()) return false;
  context_ = &context;
  coroutine = handle;
  waiting_ = true;
  context.begin_wait(*this);
  return true;
}

void Gate::end_wait() {
  if (context_) context_->end_wait();
  context_ = nullptr;
}

void Gate::wake() {
  if (!waiting_) return;
  waiting_ = false;
  context_->scheduler().ready(*this);
}

}  // namespace bowline
