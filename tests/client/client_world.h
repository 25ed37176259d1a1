// A client and its server in a simulated world, with a log of what both went through: for tests
// that say in a few lines what happens to a connection.
#pragma once

#include "bowline/client/client.h"
#include "bowline/server/listen.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"

#include <functional>
#include <string>
#include <vector>

namespace bowline::testing {

using Talk = Task<> (*)(Network network, Stream stream);

// What goes wrong with one connection is its own matter.
inline Task<> talk_alone(Network network, Stream stream, Talk talk) {
  Result<void> ended = co_await attempt(talk(network, std::move(stream)));
}

inline Task<> accept_talks(Scope& scope, Network network, Talk talk) {
  Listener listener = co_await listen(network, ":7000");
  for (;;) scope.start(talk_alone(network, co_await listener.accept(), talk));
}

inline Task<> serve_talks(Network network, Talk talk) {
  co_await with_scope(accept_talks, network, talk);
}

struct ClientWorld {
  // What uses the client, in the scope that runs it.
  using Use = Task<> (*)(Scope& scope, Client* client, ClientWorld* log);

  explicit ClientWorld(Talk serve) {
    options.connect.framing.kind = Framing::Kind::line;
    options.backoff = {.first = std::chrono::milliseconds(100), .max = std::chrono::seconds(1)};
    world.host("server").start(serve_talks, serve);
  }

  // Lets the client be used until that has ended; false when it has not within `limit`.
  bool run(Use use, std::string url = "tcp://server:7000",
           Duration limit = std::chrono::minutes(10)) {
    options.on_state = [this](const ClientState& state) { note(state); };
    world.host("client").start(
        [this, use, url](Network network) { return use_client(network, url, use); });
    return world.run_until([this] { return over; }, limit);
  }

  std::string text() const {
    std::string all;
    for (const std::string& line : lines) all.append(all.empty() ? "" : " ").append(line);
    return all;
  }

  ClientOptions options;
  std::vector<std::string> lines;  // states, and what the tests add
  std::string failure;             // what the client ended with
  Duration pause{};                // for tests that try several
  bool over = false;
  // Last: it ends what still runs.
  sim::World world;

 private:
  Task<> use_client(Network network, std::string url, Use use) {
    Client client(network, url, options);
    Result<void> used = co_await attempt(with_scope(use, &client, this));
    if (!used) failure = used.error().what();
    over = true;
  }

  void note(const ClientState& state) {
    static constexpr const char* names[] = {"connecting", "connected", "waiting", "closed"};
    lines.emplace_back(names[static_cast<std::size_t>(state.kind)]);
  }
};

}  // namespace bowline::testing
