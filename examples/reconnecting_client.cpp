// A client that comes back: stop its server and start it again, and nothing is lost.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;
using namespace std::chrono_literals;

// [state]
void show(const ClientState& state) {
  if (state.kind == ClientState::Kind::connected) print("connected to", state.stream->peer_url());
  if (state.kind == ClientState::Kind::waiting) print(state.why->what());
}
// [/state]

// [greet]
Task<> greet(MessageStream& messages) {
  co_await messages.send("hello");
  Message answer = co_await messages.receive();
  if (answer.text() != "hello") throw make_error(EACCES, "greet", "the server wants nobody");
}
// [/greet]

// [talk]
Task<> ask(Client* client) {
  for (int number = 1; number <= 5; ++number) {
    co_await client->send(std::to_string(number));
    co_await sleep(200ms);
  }
  client->finish();
}

Task<> talk(Scope& scope, Client* client) {
  scope.start(client->run());
  scope.start(ask(client));
  while (auto answer = co_await client->receive()) {
    print("Received", answer.text());
    client->acknowledge(std::stoull(std::string(answer.text())));
  }
}
// [/talk]

// [options]
Task<> come_back(std::string url, Network network) {
  ClientOptions options;
  options.connect.framing.kind = Framing::Kind::line;
  options.outbox.until_acknowledged = true;
  options.preamble = greet;
  options.on_state = show;
  Client client(network, url, options);
  co_await with_scope(talk, &client);
}
// [/options]

int main(int argc, char** argv) {
  return run(std::bind_front(come_back, place(argc, argv, "tcp://localhost:12345")));
}
