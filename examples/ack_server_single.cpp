// Answers one client: "accepted" to each message, until it says "close".
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://127.0.0.1:8000"), {.backlog = 0});
  print("Listening on", server.local_address());
  auto [client, address] = server.accept();
  print("Accepted connection from", address);
  while (auto request = client.recv(1024)) {
    if (equals_ignoring_case(request.text(), "close")) {
      client.send_all("closed");
      break;
    }
    print("Received:", request.text());
    client.send_all("accepted");
  }
  client.close();
  print("Connection to client closed");
}
