// As web_socket_server, without coroutines: a thread for each client.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

void report(MessageSocket client) {
  std::string who = client.peer_address().tuple();
  print("[CONNECTION] Connected to", who);
  (void)attempt([&] {
    while (Message message = client.recv())
      client.send("[CONNECTION] Received " + repr(message.bytes()) + " from " + who);
  });
  print("[CONNECTION] Disconnected from", who);
}

int main(int argc, char** argv) {
  auto server = listen_messages(place(argc, argv, "ws://127.0.0.1:9797/path?query"));
  while (true) std::thread(report, server.accept()).detach();
}
