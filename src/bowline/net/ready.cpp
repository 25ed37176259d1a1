#include "bowline/net/ready.h"

#include "bowline/loop/loop.h"
#include "bowline/net/backend_op.h"
#include "bowline/task/wait.h"

#include <cerrno>

namespace bowline {
namespace {

Task<> ready(Network network, Handle handle, bool for_writing) {
  Context& context = co_await current_context();
  int result = co_await BackendOp::poll(network.loop().backend(), handle, for_writing);
  if (result >= 0) co_return;
  std::string action =
      for_writing ? "wait to write to descriptor " : "wait to read from descriptor ";
  action += std::to_string(handle);
  if (result == -ECANCELED && context.cancelled()) throw cancelled_error(context, action);
  throw make_error(-result, action);
}

}  // namespace

Task<> readable(Network network, Handle handle) {
  return ready(network, handle, false);
}

Task<> writable(Network network, Handle handle) {
  return ready(network, handle, true);
}

}  // namespace bowline
