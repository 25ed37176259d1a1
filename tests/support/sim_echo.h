// An echo server and clients for simulated hosts: ordinary programs, written as for the kernel.
// They say nothing of the simulation, which is the point of it.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/server/listen.h"
#include "bowline/task/attempt.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"

#include <string>

namespace bowline::testing {

inline Task<> echo_until_the_end(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

// What goes wrong with one connection is its own matter.
inline Task<> echo_one(Stream stream) {
  Result<void> ended = co_await attempt(echo_until_the_end(std::move(stream)));
}

inline Task<> accept_and_echo(Scope& scope, Listener* listener) {
  for (;;) {
    Result<Stream> stream = co_await attempt(listener->accept());
    if (stream) {
      scope.start(echo_one(std::move(*stream)));
      continue;
    }
    if (stream.error().cancelled()) co_return;
    co_await sleep(std::chrono::milliseconds(100));  // out of handles
  }
}

inline Task<> echo_server(Network network, std::string url) {
  Listener listener = co_await listen(network, url);
  co_await with_scope(accept_and_echo, &listener);
}

// Sends `text`, half-closes, and adds all that comes back to `answer`.
inline Task<> echo_client(Network network, std::string url, std::string text, std::string* answer) {
  Stream stream = co_await connect(network, url);
  co_await stream.write_all(text);
  co_await stream.write_end();
  while (Chunk chunk = co_await stream.read_some()) *answer += chunk.text();
}

}  // namespace bowline::testing
