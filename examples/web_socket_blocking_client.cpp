// As web_socket_client, without coroutines.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  auto server = connect_messages(place(argc, argv, "ws://127.0.0.1:9797/path?query"));
  server.send("Hello world!");
  print("Received", server.recv().text());
}
