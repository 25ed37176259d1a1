#include "bowline/net/datagram_peers.h"
#include "tests/conformance/datagram_setting.h"
#include "tests/conformance/script.h"

namespace bowline::conformance {
namespace {

// A conversation over datagrams, all of whose awaits are steps; see Script.
class DatagramCancel : public DatagramTest {};

INSTANTIATE_TEST_SUITE_P(Over, DatagramCancel, ::testing::ValuesIn(datagram_settings()),
                         datagram_setting_name);

Task<> answer(Datagrams& server, Script& script) {
  for (int round = 0; round < 3; ++round) {
    Datagram datagram = co_await script.step(server.receive_from());
    co_await script.step(server.send_to(datagram.data, datagram.address));
  }
  std::vector<Datagram> batch(8);
  std::size_t count = co_await script.step(server.receive_batch(batch));
  EXPECT_GE(count, 1u);
}

Task<> ask(Datagrams& client, Script& script) {
  for (int round = 0; round < 3; ++round) {
    co_await script.step(client.send("question"));
    co_await script.step(sleep(1us));
    Chunk answered = co_await script.step(within(1h, client.receive()));
    EXPECT_EQ(answered.text(), "question");
  }
  std::vector<Outgoing> batch(2);
  for (Outgoing& one : batch) one.bytes = "of a batch";
  co_await script.step(client.send_batch(batch));
}

Task<> talk_both(Scope& scope, Datagrams* server, Datagrams* client, Script* script) {
  scope.start(answer(*server, *script));
  scope.start(ask(*client, *script));
  co_return;
}

Task<> serve_peer(Stream stream, Script& script) {
  Chunk chunk = co_await script.step(stream.read_some());
  co_await script.step(stream.write_all(chunk));
}

Task<> serve_one(Scope& scope, DatagramPeers* peers, Script* script) {
  Stream stream = co_await script->step(peers->accept());
  scope.start(serve_peer(std::move(stream), *script));
  Result<Stream> other = co_await attempt(script->step(peers->accept()));
  if (!other) throw other.error();
}

Task<> ask_peers(Scope& scope, DatagramPeers* peers, Stream* stream, Script* script, bool* over) {
  auto serve = [](DatagramPeers* from, Script* steps) -> Task<> {
    co_await with_scope(serve_one, from, steps);
  };
  scope.start(serve(peers, script));
  co_await script->step(stream->write_all("to a peer"));
  Chunk answered = co_await script->step(stream->read_some());
  EXPECT_EQ(answered.text(), "to a peer");
  *over = true;
  scope.cancel();
}

Task<> converse_over(Network network, const DatagramSetting& setting, Script* script) {
  Datagrams server = network.open_datagrams(setting.place());
  Datagrams client = network.connect_datagrams(server.local_address());
  co_await script->step(with_scope(talk_both, &server, &client, script));
  DatagramPeers peers(network.open_datagrams(setting.place()));
  Stream stream = network.connect_datagram_stream(peers.local_address());
  bool over = false;
  Result<void> ended = co_await attempt(with_scope(ask_peers, &peers, &stream, script, &over));
  if (!ended && !over) throw ended.error();
}

struct Round {
  std::optional<Error> failure;
  int steps = 0;
};

Task<> converse_beside(Scope& beside, Network network, const DatagramSetting* setting,
                       Script* script, Duration limit, Scope** inner, Round* round) {
  auto in_scope = [](Scope& scope, Network with, const DatagramSetting* how, Script* steps,
                     Scope** place) -> Task<> {
    *place = &scope;
    scope.start(converse_over(with, *how, steps));
    co_return;
  };
  script->beside = &beside;
  Result<void> result =
      co_await attempt(within(limit, with_scope(in_scope, network, setting, script, inner)));
  *inner = nullptr;
  if (!result) round->failure = result.error();
}

// Has `act` done at step `at`, or `turns` turns later: a cancel, or the passing of the deadline.
Round disturb(const DatagramSetting& setting, bool by_deadline, int at, int turns) {
  Round round;
  World world(setting.setting);
  Scope* inner = nullptr;
  Script script(at, turns, [&] {
    if (by_deadline) return world.backend().advance(10h);
    if (inner) inner->cancel();
  });
  world.loop().run(with_scope(converse_beside, world.network(), &setting, &script, Duration(10h),
                              &inner, &round));
  EXPECT_EQ(world.backend().under_way(), 0u);
  round.steps = script.count();
  return round;
}

TEST_P(DatagramCancel, and_deadlines_at_every_await_leave_nothing_behind) {
  int steps = disturb(GetParam(), false, 0, 0).steps;
  ASSERT_GT(steps, 15);
  for (bool by_deadline : {false, true}) {
    for (int turns : {0, 1, 2, 4}) {
      for (int at = 1; at <= steps; ++at) {
        SCOPED_TRACE("step " + std::to_string(at) + ", turns " + std::to_string(turns));
        Round round = disturb(GetParam(), by_deadline, at, turns);
        if (round.failure) {
          bool expected = by_deadline ? round.failure->timed_out() : round.failure->cancelled();
          EXPECT_TRUE(expected) << round.failure->what();
        }
        ASSERT_EQ(testing::open_file_count(), files_ + open_in_world_);
      }
    }
  }
}

}  // namespace
}  // namespace bowline::conformance
