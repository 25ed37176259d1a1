#include "bowline/task/context.h"

namespace bowline {

void Context::cancel(Ending ending) {
  if (cancelled()) return;
  ending_ = ending;
  if (bottom_) bottom_->ask_to_end();
}

}  // namespace bowline
