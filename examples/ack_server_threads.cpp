// As ack_server_single, for many clients: a thread for each. What goes wrong with one ends only
// that.
#include "place.h"

#include <bowline/bowline.h>

#include <thread>

using namespace bowline;

void handle_client(Socket client, Address address) {
  try {
    while (auto request = client.recv(1024)) {
      if (equals_ignoring_case(request.text(), "close")) {
        client.send_all("closed");
        break;
      }
      print("Received:", request.text());
      client.send_all("accepted");
    }
  } catch (const Error& error) {
    print("Error when handling client:", error.what());
  }
  client.close();
  print("Connection to client (" + address.text() + ") closed");
}

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://127.0.0.1:8000"));
  print("Listening on", server.local_address());
  while (true) {
    auto [client, address] = server.accept();
    print("Accepted connection from", address);
    std::thread(handle_client, std::move(client), address).detach();
  }
}
