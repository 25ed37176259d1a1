// Sends one datagram and shows the answer, if there is one within a second.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;
using namespace std::chrono_literals;

Task<> ask(Network network, std::string url) {
  Stream stream = co_await connect(network, url);
  co_await stream.write_all("Hello, server!");
  Chunk answer = co_await within(1s, stream.read_some());
  print("Received", answer.text());
}

int main(int argc, char** argv) {
  std::string url = place(argc, argv, "udp://localhost:12345");
  return run([url](Network network) { return ask(network, url); });
}
