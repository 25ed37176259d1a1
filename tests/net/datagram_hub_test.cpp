#include "bowline/net/datagram_hub.h"

#include "bowline/loop/loop.h"
#include "bowline/net/network.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"
#include "tests/support/lone_system.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

// A system that does not take so many batches, as one whose network is slow.
class SlowSystem final : public testing::LoneSystem {
 public:
  bool submit(Op& op) override {
    if (op.kind != Op::Kind::send_datagrams || refusals == 0) return LoneSystem::submit(op);
    --refusals;
    op.result = -EAGAIN;
    return true;
  }
  int refusals = 0;
};

enum class Answer { small, big, later };

struct Talk {
  Answer answer = Answer::small;
  Duration limit = forever;
  int given_up = 0;
  int answered = 0;
};

Task<> answer_one(Stream stream, Talk* talk) {
  while (Chunk chunk = co_await stream.read_some()) {
    std::string text(talk->answer == Answer::big ? 5000 : 5, 'x');
    if (talk->answer == Answer::later) co_await sleep(1ms);
    Result<void> written = co_await attempt(within(talk->limit, stream.write_all(text)));
    if (!written) ++talk->given_up;
  }
}

Task<> serve(Scope& scope, DatagramPeers* peers, Talk* talk) {
  for (;;) {
    Result<Stream> stream = co_await attempt(peers->accept());
    if (!stream) co_return;
    scope.start(answer_one(std::move(*stream), talk));
  }
}

Task<> ask(Network network, Address server, Talk* talk) {
  Stream stream = network.connect_datagram_stream(server);
  co_await stream.write_all("hello");
  Result<Chunk> answer = co_await attempt(within(1s, stream.read_some()));
  if (answer) ++talk->answered;
}

Task<> talk_to_all(Scope& scope, Network network, DatagramPeers* peers, Talk* talk) {
  scope.start(serve(scope, peers, talk));
  auto ask_all = [](Scope& clients, Network with, Address server, Talk* about) -> Task<> {
    for (int index = 0; index < 100; ++index) clients.start(ask(with, server, about));
    co_return;
  };
  co_await with_scope(ask_all, network, peers->local_address(), talk);
  scope.cancel();
}

// Has a hundred peers ask at once, while the system refuses.
void talk_slowly(Talk& talk, int refusals) {
  testing::Deadline deadline;
  auto owned = std::make_unique<SlowSystem>();
  owned->refusals = refusals;
  Loop loop(std::move(owned));
  auto main = [](Network network, Talk* about) -> Task<> {
    DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
    Result<void> done = co_await attempt(with_scope(talk_to_all, network, &peers, about));
  };
  loop.run(main(Network(loop), &talk));
}

TEST(DatagramHub, sends_all_answers_when_the_system_takes_them_again) {
  for (Answer answer : {Answer::small, Answer::big, Answer::later}) {
    for (int refusals : {0, 1, 2, 7, 50}) {
      Talk talk{answer};
      talk_slowly(talk, refusals);
      EXPECT_EQ(talk.answered, 100) << int(answer) << " after " << refusals << " refusals";
    }
  }
}

TEST(DatagramHub, lets_writes_that_wait_be_given_up) {
  for (Answer answer : {Answer::big, Answer::later}) {
    Talk talk{answer, 10ms};
    talk_slowly(talk, 1'000'000);
    EXPECT_EQ(talk.given_up, 100);
    EXPECT_EQ(talk.answered, 0);
  }
}

// Accepts for a moment, in which a hundred peers ask, and then no more.
Task<> serve_shortly(Scope& scope, Network network, Talk* talk) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
  for (int index = 0; index < 100; ++index) scope.start(ask(network, peers.local_address(), talk));
  co_await within(100ms, serve(scope, &peers, talk));
}

TEST(DatagramHub, gives_up_writes_that_wait_when_nobody_accepts_any_more) {
  for (Answer answer : {Answer::small, Answer::big, Answer::later}) {
    testing::Deadline deadline;
    auto owned = std::make_unique<SlowSystem>();
    owned->refusals = 1'000'000;
    Loop loop(std::move(owned));
    Talk talk{answer};
    loop.run(with_scope(serve_shortly, Network(loop), &talk));
    EXPECT_EQ(talk.answered, 0);
    EXPECT_EQ(talk.given_up > 0, answer != Answer::small);  // small ones are taken first
  }
}

}  // namespace
}  // namespace bowline
