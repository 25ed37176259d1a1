// Takes one message from each client, one after the other.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://localhost:65432"));
  while (true) {
    auto [client, address] = server.accept();
    print("Connection from", address.tuple());
    auto data = attempt([&] { return client.recv(1024); });
    if (data) print("Received data:", data->text());
  }
}
