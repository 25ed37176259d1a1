#include "tests/net/line_layer.h"

namespace bowline {
namespace {

TEST_F(LayerPipeTest, delivers_after_closing_what_was_not_taken_before) {
  auto body = [](Stream* left, Stream* right) -> Task<> {
    Result<void> written = co_await attempt(within(1s, left->write_all("last words")));
    *left = Stream();
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await sleep(4s);
    std::string all;
    while (Chunk chunk = co_await right->read_some()) all += chunk.text();
    EXPECT_EQ(all, "last words\n.\n");
  };
  run(body(&left_, &right_));
  EXPECT_EQ(LineLayer::closed_count, 1);
}

TEST_F(LayerPipeTest, gives_up_five_seconds_after_closing) {
  auto body = [](Stream* left, Stream* right) -> Task<> {
    *left = Stream();
    co_await sleep(4900ms);
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await sleep(200ms);
    EXPECT_EQ(LineLayer::closed_count, 1);
    EXPECT_TRUE((co_await right->read_some()).empty());
  };
  run(body(&left_, &right_));
}

TEST_F(LayerPipeTest, waits_for_the_peers_goodbye_after_closing_and_drops_the_rest) {
  layer_->waits_for_goodbye = true;
  auto body = [](Stream* left, Stream* right) -> Task<> {
    *left = Stream();
    std::string goodbye(2, '\0');
    co_await right->read_exactly(writable(goodbye));
    EXPECT_EQ(goodbye, ".\n");
    co_await right->write_all("dropped\n");
    co_await yield();
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await right->write_all(".\n");
    co_await sleep(1ms);
    EXPECT_EQ(LineLayer::closed_count, 1);
  };
  run(body(&left_, &right_));
}

TEST_F(LayerPipeTest, goes_at_once_when_the_loop_is_cancelled_while_it_lingers) {
  auto body = [](Loop* loop, Stream* left) -> Task<> {
    *left = Stream();
    co_await yield();
    loop->cancel();
  };
  Time begin = now();
  run(body(&loop_, &left_));
  EXPECT_EQ(LineLayer::closed_count, 1);
  EXPECT_LT(now() - begin, 4s);  // lingering would take 5
}

TEST_F(LayerTest, lingers_until_nothing_is_under_way_though_cancelling_came_too_late) {
  Stream stream = layered({});
  script_->hold_writes(2);
  auto body = [](Stream* lines) -> Task<> {
    Result<void> written = co_await attempt(within(1s, lines->write_all("held")));
    EXPECT_TRUE(!written && written.error().timed_out());
    *lines = Stream();  // the goodbye goes behind that, and is held as well
  };
  run(body(&stream));
  EXPECT_EQ(LineLayer::closed_count, 1);
}

TEST_F(LayerTest, may_be_closed_when_its_loop_runs_no_more) {
  Stream stream = layered({});
  layer_->waits_for_goodbye = true;
  auto body = [](Stream* lines) -> Task<> { co_await lines->write_all("x"); };
  run(body(&stream));
  EXPECT_EQ(script_->written, "x\n");
  stream = Stream();
  EXPECT_EQ(LineLayer::closed_count, 1);
}

}  // namespace
}  // namespace bowline
