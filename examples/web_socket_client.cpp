// Sends one message over WebSocket and shows the answer.
#include "place.h"

#include <bowline/bowline.h>

bowline::Task<> talk(std::string url, bowline::Network network) {
  bowline::MessageStream server = co_await connect(network, url);
  co_await server.send("Hello world!");
  if (auto answer = co_await server.receive()) bowline::print("Received", answer.text());
}

int main(int argc, char** argv) {
  return bowline::run(std::bind_front(talk, place(argc, argv, "ws://127.0.0.1:9797/path?query")));
}
