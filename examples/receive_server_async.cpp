// As receive_server, with a coroutine for each client, on all cores.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

Task<> receive(Stream stream) {
  auto data = co_await stream.read_some();
  print("Received:", data.bytes().first(100).text());
}

int main(int argc, char** argv) {
  return serve(place(argc, argv, "tcp://localhost:65432"), receive);
}
