// Twenty questions at once, over four connections.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;
using namespace std::chrono_literals;

// [ask]
Task<> ask(Pool* pool, std::string question) {
  Lease server = co_await within(5s, pool->take());
  co_await server->write_all(question + "\n");
  auto answer = co_await server->read_line();
  print(question, "->", answer.value_or("no answer"));
  server.done();
}

Task<> ask_all(Scope& scope, Pool* pool) {
  for (int number = 1; number <= 20; ++number) scope.start(ask(pool, std::to_string(number)));
  co_return;
}

Task<> talk(std::string url, Network network) {
  Pool pool(network, url, {.count_max = 4});
  co_await with_scope(ask_all, &pool);
}
// [/ask]

int main(int argc, char** argv) {
  return run(std::bind_front(talk, place(argc, argv, "tcp://localhost:12345")));
}
