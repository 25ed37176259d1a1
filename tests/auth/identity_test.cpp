#include "bowline/auth/identity.h"

#include "bowline/net/pipe.h"
#include "bowline/session/framing.h"
#include "bowline/task/scope.h"
#include "tests/support/loop_fixture.h"

namespace bowline {
namespace {

class IdentityTest : public testing::VirtualLoopTest {
 protected:
  Network network_{loop_};
};

TEST_F(IdentityTest, is_nobodys_until_it_is_noted) {
  auto [left, right] = make_pipe(loop_);
  EXPECT_EQ(identity_of(left), nullptr);
  left = with_identity(std::move(left));
  EXPECT_EQ(identity_of(left), nullptr);
  note_identity(left, {"alice", "token", {}});
  ASSERT_NE(identity_of(left), nullptr);
  EXPECT_EQ(identity_of(left)->name, "alice");
  EXPECT_EQ(identity_of(right), nullptr);
}

TEST_F(IdentityTest, is_found_below_what_is_put_on_top) {
  auto [left, right] = make_pipe(loop_);
  Stream lines = frame_lines(network_, with_identity(std::move(left)));
  note_identity(lines, {"alice", "token", {}});
  EXPECT_EQ(identity_of(lines)->name, "alice");
}

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

TEST_F(IdentityTest, the_stream_carries_what_it_did_and_what_was_read_ahead) {
  auto body = [](Scope& scope, Loop* loop) -> Task<> {
    auto [left, right] = make_pipe(*loop);
    scope.start(echo(std::move(right)));
    left.put_back(Chunk::copy("read ahead"));
    left = with_identity(std::move(left));
    Chunk chunk = co_await left.read_some();
    EXPECT_EQ(chunk.text(), "read ahead");
    co_await left.write_all("there and back");
    chunk = co_await left.read_some();
    EXPECT_EQ(chunk.text(), "there and back");
    co_await left.write_end();
    chunk = co_await left.read_some();
    EXPECT_TRUE(chunk.empty());
  };
  run(with_scope(body, &loop_));
}

}  // namespace
}  // namespace bowline
