#include "bowline/session/detect.h"

#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;

// What a client does: sends each of these after a pause, then goes or stays.
struct Sent {
  std::vector<std::string> pieces;
  Duration pause{};
  bool ends = true;
};

struct Found {
  Speech speech = Speech::undecided;
  Duration after{};
  std::string text;  // all that can be read afterwards
};

class Detect : public testing::VirtualLoopTest {
 protected:
  static Task<> send(Stream* stream, const Sent* sent) {
    for (const std::string& piece : sent->pieces) {
      co_await sleep(sent->pause);
      co_await stream->write_all(piece);
    }
    if (sent->ends) *stream = Stream();
  }
  static Task<> look(Scope& scope, Network network, Stream* near, Stream* far, const Sent* sent,
                     Found* found) {
    scope.start(send(near, sent));
    Time begin = network.now();
    found->speech = co_await detect(network, *far);
    found->after = network.now() - begin;
    if (!sent->ends) co_return scope.cancel();
    while (Chunk chunk = co_await far->read_some()) found->text += chunk.text();
  }
  Found find(const Sent& sent) {
    auto [near, far] = make_pipe(loop_);
    Found found;
    run(with_scope(look, Network(loop_), &near, &far, &sent, &found));
    return found;
  }
};

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> bytes;
  for (char byte : text) bytes.emplace_back(1, byte);
  return bytes;
}

TEST_F(Detect, tells_them_apart_and_takes_nothing_however_they_arrive) {
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more", 20);
  const std::pair<std::string, Speech> cases[] = {
      {hello, Speech::tls},
      {"GET /chat HTTP/1.1\r\nHost: x\r\n\r\n", Speech::http},
      {"hello\n", Speech::raw},
      {"G", Speech::raw},
      {"", Speech::raw},
  };
  for (const auto& [text, speech] : cases) {
    Found whole = find({{text}});
    EXPECT_EQ(whole.speech, speech) << text;
    EXPECT_EQ(whole.text, text);
    Found apart = find({bytes_of(text), 1ms});
    EXPECT_EQ(apart.speech, speech) << text;
    EXPECT_EQ(apart.text, text);
  }
}

TEST_F(Detect, takes_a_silent_client_for_raw) {
  Found found = find({{}, {}, false});
  EXPECT_EQ(found.speech, Speech::raw);
  EXPECT_GE(found.after, 200ms);
  EXPECT_LT(found.after, 250ms);
}

TEST_F(Detect, gives_a_client_that_has_begun_a_request_more_time) {
  Found found = find({{"GET /", " HTTP/1.1\r\n\r\n"}, 150ms});
  EXPECT_EQ(found.speech, Speech::http);
  found = find({{"GET /"}, {}, false});
  EXPECT_EQ(found.speech, Speech::http);
  EXPECT_GE(found.after, 5s);
}

TEST_F(Detect, ends_when_it_is_cancelled) {
  auto body = [](Network network, Stream* stream) -> Task<> {
    SniffOptions patient{.silence = 1h, .pause = 1h};
    Task<Speech> detecting = detect(network, *stream, patient);
    Result<Speech> speech = co_await attempt(within(1s, std::move(detecting)));
    EXPECT_TRUE(!speech && speech.error().timed_out());
  };
  auto [near, far] = make_pipe(loop_);
  run(body(Network(loop_), &far));
}

}  // namespace
}  // namespace bowline
