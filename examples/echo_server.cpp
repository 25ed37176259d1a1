// Sends everything back to one client, until it ends.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://localhost:12345"));
  print("Server listening on", server.local_address());
  auto [client, address] = server.accept();
  print("Connected by", address.tuple());
  while (auto data = client.recv(1024)) client.send_all(data);
}
