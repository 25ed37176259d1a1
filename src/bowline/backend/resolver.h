// Looks names up on threads of its own. A lookup can't be stopped once it runs: a cancelled one is
// answered at once, and what its thread finds later is thrown away.
#pragma once

#include "bowline/backend/op.h"
#include "bowline/base/list.h"

#include <functional>
#include <memory>

namespace bowline {

class Resolver {
 public:
  // `wake` is called from a lookup's thread when answers wait to be collected.
  explicit Resolver(std::function<void()> wake);
  ~Resolver();

  // Begins `op` (kind resolve). Literal addresses are answered at once: true then.
  bool submit(Op& op);
  void cancel(Op& op);
  // Moves the answered lookups to `answered`.
  void collect(Queue<Waiter>& answered);

 private:
  struct Shared;
  int start_thread();

  std::shared_ptr<Shared> shared_;
};

}  // namespace bowline
