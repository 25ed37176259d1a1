#include "bowline/task/scope.h"

namespace bowline {

Child::Child(Scope& scope, Task<> task)
    : Context(scope.context_->scheduler()), scope_(&scope), task_(std::move(task)) {
  task_.handle_.promise().context = this;
}

void Child::go_on() {
  task_.handle_.resume();
}

void Child::ended(std::exception_ptr failure) {
  if (failure) scope_->fail(std::move(failure));
}

void child_ended(Context& context) {
  context.scheduler().retire(static_cast<Child&>(context));
}

void Scope::start(std::unique_ptr<Child> started) {
  Child* child = started.release();
  child->following_ = first_;
  if (first_) first_->previous_ = child;
  first_ = child;
  ++count_;
  if (ending_.asked()) child->cancel(ending_);
  context_->scheduler().ready(*child);
}

void Scope::cancel(Ending ending) {
  if (ending_.asked()) return;
  ending_ = ending;
  for (Child* child = first_; child; child = child->following_) child->cancel(ending);
}

void Scope::fail(std::exception_ptr failure) {
  if (failure_) return;
  failure_ = std::move(failure);
  cancel();
}

void Scope::rethrow_failure() {
  BOWLINE_CHECK(!first_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Scope::remove(Child& child) {
  Scope& scope = *child.scope_;
  std::exception_ptr failure = std::move(child.task_.handle_.promise().failure);
  child.task_ = Task<>();
  (child.previous_ ? child.previous_->following_ : scope.first_) = child.following_;
  if (child.following_) child.following_->previous_ = child.previous_;
  --scope.count_;
  child.ended(std::move(failure));
  delete &child;
  if (!scope.first_ && scope.coroutine) scope.context_->scheduler().ready(scope);
}

void Scope::begin_join(std::coroutine_handle<> joiner) {
  coroutine = joiner;
  context_->begin_wait(*this);
  if (context_->cancelled()) ask_to_end();
}

void Scope::end_join() {
  if (coroutine) context_->end_wait();
  coroutine = nullptr;
  rethrow_failure();
}

}  // namespace bowline
