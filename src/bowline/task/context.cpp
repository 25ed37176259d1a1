#include "bowline/task/context.h"

namespace bowline {

void Context::cancel(std::errc reason, Duration limit) {
  if (cancelled()) return;
  reason_ = reason;
  limit_ = limit;
  if (bottom_) bottom_->ask_to_end();
}

}  // namespace bowline
