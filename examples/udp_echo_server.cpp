// Sends every datagram back to where it came from.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

// [echo]
Task<> echo(Network network, std::string url) {
  Datagrams socket = co_await bind(network, url);
  print("Listening on", socket.url());
  for (;;) {
    Datagram datagram = co_await socket.receive_from();
    co_await socket.send_to(datagram.data, datagram.address);
  }
}
// [/echo]

int main(int argc, char** argv) {
  std::string url = place(argc, argv, "udp://localhost:12345");
  return run([url](Network network) { return echo(network, url); });
}
