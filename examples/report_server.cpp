// Tells each client what it sent and from where, one client after the other.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://" + host_name() + ":9797"), {.backlog = 5});
  print("[INFO] Listening on", server.local_address());
  while (true) {
    auto [client, address] = server.accept();
    print("[CONNECTION] Connected to", address.tuple());
    (void)attempt([&, who = address.tuple()] {
      while (auto data = client.recv(1024))
        client.send_all("[CONNECTION] Received " + repr(data) + " from " + who);
    });
    print("[CONNECTION] Disconnected from", address.tuple());
  }
}
