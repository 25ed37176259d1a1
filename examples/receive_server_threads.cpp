// As receive_server, with a thread for each client.
#include "place.h"

#include <bowline/bowline.h>

#include <thread>

using namespace bowline;

void handle(Socket client, Address address) {
  print("Connection from", address.tuple());
  auto data = attempt([&] { return client.recv(1024); });
  if (data) print("Received data:", data->text());
}

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://localhost:65432"), {.backlog = 5});
  while (true) {
    auto [client, address] = server.accept();
    std::thread(handle, std::move(client), address).detach();
  }
}
