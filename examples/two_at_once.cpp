// Asks an echo server two things at the same time.
#include <bowline/bowline.h>

using namespace bowline;

// [both]
Task<> ask(Network network, std::string question) {
  Stream stream = co_await connect(network, "tcp://localhost:12345");
  co_await stream.write_all(question + "\n");
  auto answer = co_await stream.read_line();
  print(question, "->", answer.value_or("no answer"));
}

Task<> both(Scope& scope, Network network) {
  scope.start(ask(network, "Who are you?"));
  scope.start(ask(network, "Where are you?"));
  co_return;
}

Task<> talk(Network network) {
  co_await with_scope(both, network);
}
// [/both]

int main() {
  return run(talk);
}
