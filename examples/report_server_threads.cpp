// As report_server, with a thread for each client.
#include "place.h"

#include <bowline/bowline.h>

#include <thread>

using namespace bowline;

void handle(Socket client, std::string who) {
  print("[CONNECTION] Connected to", who);
  (void)attempt([&] {
    while (auto data = client.recv(1024))
      client.send_all("[CONNECTION] Received " + repr(data) + " from " + who);
  });
  print("[CONNECTION] Disconnected from", who);
}

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://" + host_name() + ":9797"), {.backlog = 5});
  print("[INFO] Listening on", server.local_address());
  while (true) {
    auto [client, address] = server.accept();
    print("[INFO] Starting thread for connection", address.tuple());
    std::thread(handle, std::move(client), address.tuple()).detach();
  }
}
