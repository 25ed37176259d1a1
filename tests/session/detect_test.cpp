#include "bowline/session/detect.h"

#include "bowline/task/wait.h"
#include "tests/support/cuts.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using testing::Pieces;
using testing::ScriptedTransport;

class Detect : public testing::VirtualLoopTest {
 protected:
  // What it was taken for, and that all of it is still there to be read.
  Speech detected(Pieces pieces, const std::string& all, bool waits = false, int end = 0) {
    auto script = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), end);
    if (waits) script->wait_at_the_end();
    auto body = [](Network network, Stream stream, const std::string* text,
                   Speech* speech) -> Task<> {
      *speech = co_await detect(network, stream);
      std::string again(text->size(), '\0');
      co_await stream.read_exactly(writable(again));
      EXPECT_EQ(again, *text);
    };
    Speech speech = Speech::undecided;
    run(body(Network(loop_), Stream(std::move(script)), &all, &speech));
    return speech;
  }
};

TEST_F(Detect, tells_speech_however_it_arrives_and_takes_nothing) {
  for (auto [text, speech] : {std::pair<std::string, Speech>{"GET / HTTP/1.1\r\n", Speech::http},
                              {"hello, server", Speech::raw}}) {
    for (Pieces cut : testing::some_cuts(text)) EXPECT_EQ(detected(cut, text), speech) << text;
  }
}

TEST_F(Detect, takes_silence_and_an_early_end_for_raw) {
  Time begin = now();
  EXPECT_EQ(detected({}, "", true), Speech::raw);
  EXPECT_EQ(now() - begin, SniffOptions().silence);
  EXPECT_EQ(detected({}, ""), Speech::raw);
  EXPECT_EQ(detected({"GE"}, "GE"), Speech::raw);
}

TEST_F(Detect, gives_the_networks_error) {
  EXPECT_THROW(detected({}, "", false, -ECONNRESET), Error);
}

}  // namespace
}  // namespace bowline
