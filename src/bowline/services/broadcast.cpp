#include "bowline/services/broadcast.h"

#include <memory>

namespace bowline {
namespace {

Task<> talk(Subscriber& me) {
  me.subscribe("all");
  while (Message message = co_await me.receive()) co_await me.publish("all", message);
}

}  // namespace

Handler broadcast(const TopicsOptions& options) {
  // Shared by the copies that a server makes of its handler.
  auto topics = std::make_shared<Topics>(options);
  return [topics](Stream peer) { return topics->serve(std::move(peer), talk); };
}

}  // namespace bowline
