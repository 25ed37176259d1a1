// A server that counts its visitors, a client that comes until it is answered, a world with both.
#pragma once

#include <bowline/bowline.h>
#include <bowline/sim/story.h>

using namespace bowline;
using namespace std::chrono_literals;

// [server]
inline Task<> count_visits(Stream stream, int* visits) {
  ++*visits;
  co_await stream.write_all(std::to_string(*visits) + "\n");
}

inline Task<> accept_visitors(Scope& scope, Listener* listener, int* visits) {
  for (;;) scope.start(count_visits(co_await listener->accept(), visits));
}

inline Task<> serve_visits(Network network, int* visits) {
  Listener listener = co_await listen(network, ":7000");
  co_await with_scope(accept_visitors, &listener, visits);
}
// [/server]

// [client]
inline Task<std::string> visit(Network network) {
  Stream stream = co_await connect(network, "tcp://server:7000");
  auto line = co_await stream.read_line();
  co_return std::string(line.value_or("nothing"));
}

inline Task<> visit_until_answered(Network network, std::string* answer) {
  while (answer->empty()) {
    auto answered = co_await attempt(within(2s, visit(network)));
    if (answered) *answer = *answered;
    if (!answered) co_await sleep(500ms);
  }
}
// [/client]

// [world]
inline void visit_once(sim::World& world) {
  static int visits;
  static std::string answer;
  visits = 0;
  answer.clear();
  world.host("server").start(serve_visits, &visits);
  world.host("client").start(visit_until_answered, &answer);
  world.run_until([] { return !answer.empty(); }, 5min);
  sim::require(answer == std::to_string(visits), "the answer is not the number of visits");
}
// [/world]
