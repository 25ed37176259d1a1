// The report service over WebSocket: tells each client what it sent and from where.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

Task<> report(MessageStream client) {
  std::string who = client.peer_address().tuple();
  print("[CONNECTION] Connected to", who);
  while (Message message = co_await client.receive()) {
    std::string answer = "[CONNECTION] Received " + repr(message.bytes()) + " from " + who;
    co_await client.send(answer);
  }
  print("[CONNECTION] Disconnected from", who);
}

int main(int argc, char** argv) {
  return serve(place(argc, argv, "ws://127.0.0.1:9797/path?query"), report);
}
