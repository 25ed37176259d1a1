// A chat room: what each client says, all others hear, whatever they came over.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

// [chat]
Task<> chat(Subscriber& me) {
  me.subscribe("room");
  co_await me.send("Welcome!");
  while (Message message = co_await me.receive()) co_await me.publish("room", message);
}
// [/chat]

int main(int argc, char** argv) {
  Topics topics;
  auto talk = [&](Stream peer) { return topics.serve(std::move(peer), chat); };
  return serve(place(argc, argv, "ws://localhost:8765"), talk);
}
