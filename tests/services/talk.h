// A conversation with a service in memory: each message is sent when the answer to the one before
// it is there.
#pragma once

#include "bowline/net/pipe.h"
#include "bowline/services/service.h"
#include "tests/support/loop_fixture.h"

#include <string>
#include <vector>

namespace bowline::testing {

class ServiceTest : public LoopTest {
 protected:
  using Handle = std::function<Task<>(Stream stream)>;

  // The answers of `handle` to `messages`; "(end)" where it ended in place of an answer.
  std::vector<std::string> answers(Handle handle, std::vector<std::string> messages) {
    std::vector<std::string> answers;
    run(with_scope(talk, &loop_, handle, &messages, &answers));
    return answers;
  }

 private:
  static Task<> talk(Scope& scope, Loop* loop, Handle handle, std::vector<std::string>* messages,
                     std::vector<std::string>* answers) {
    auto [client, server] = make_pipe(*loop);
    Stream mine = std::move(client);
    scope.start(handle(std::move(server)));
    for (const std::string& message : *messages) {
      Result<void> sent = co_await attempt(mine.write_all(message));
      Chunk answer = co_await mine.read_some();
      answers->push_back(answer ? std::string(answer.text()) : "(end)");
    }
  }
};

}  // namespace bowline::testing
