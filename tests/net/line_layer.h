// A layer of lines for tests, over a script or a pipe.
#pragma once

#include "bowline/net/layer.h"
#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace bowline {

using namespace std::chrono_literals;
using testing::ScriptedTransport;

// Lines in both directions: what is read is a line without its end, what is written becomes one.
// "?" is answered by the layer itself with "!", as pings are; "." is the goodbye.
class LineLayer final : public Layer {
 public:
  LineLayer(TransportPointer below, Scheduler& scheduler) : Layer(std::move(below), scheduler) {}
  ~LineLayer() override { ++closed_count; }

  std::string url() const override { return "lines:" + below().url(); }
  using Layer::flush;
  using Layer::reader_waits;
  using Layer::wake_reader;

  static inline int closed_count = 0;
  bool waits_for_goodbye = false;
  bool woken = false;  // the next read gives "woken"
  int write_result = 0;

 private:
  void receive(Chunk chunk) override { input_ += chunk.text(); }
  void receive_end() override { ended_ = true; }
  bool has_input() const override { return input_.find('\n') != std::string::npos; }
  bool read(Op& op) override {
    op.result = 0;
    if (std::exchange(woken, false)) return give(op, "woken");
    for (std::size_t end; (end = input_.find('\n')) != std::string::npos;) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      ended_ |= line == ".";
      if (line == "?") {
        output_.append(std::string_view("!\n"));
      } else if (line != "." && !lingering()) {
        return give(op, line);
      }
    }
    return ended_;
  }
  bool write(Op& op) override {
    if (write_result < 0) {
      op.result = write_result;
      return true;
    }
    output_.append(op.bytes());
    output_.append(std::string_view("\n"));
    op.sent(op.size);
    return true;
  }
  void write_end() override {
    if (!std::exchange(said_goodbye_, true)) output_.append(std::string_view(".\n"));
  }
  bool awaits_peer() const override { return waits_for_goodbye && !ended_; }
  BytesBuilder& output() override { return output_; }
  static bool give(Op& op, std::string_view text) {
    op.result = static_cast<int>(text.size());
    if (text.empty()) return true;
    auto [pool, memory] = Chunk::copy(text).release();
    op.received(*pool, memory);
    return true;
  }

  std::string input_;
  BytesBuilder output_;
  bool ended_ = false;
  bool said_goodbye_ = false;
};

class LayerTest : public testing::VirtualLoopTest {
 protected:
  LayerTest() { LineLayer::closed_count = 0; }

  // A layered stream over `script_`, which the layer then owns.
  Stream layered(std::deque<std::string> pieces, int end = 0, bool late = false) {
    auto script = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), end, late);
    script_ = script.get();
    return on(TransportPointer(std::move(script)));
  }
  Stream on(TransportPointer below) {
    auto layer = std::make_unique<LineLayer>(std::move(below), loop_);
    layer_ = layer.get();
    return Stream(std::move(layer));
  }

  ScriptedTransport* script_ = nullptr;
  LineLayer* layer_ = nullptr;
};

// The other end of a pipe takes nothing by itself, so each write is under way until it is read.
class LayerPipeTest : public LayerTest {
 protected:
  LayerPipeTest() {
    auto [left, right] = make_pipe(loop_);
    left_ = on(left.release());
    right_ = std::move(right);
  }
  // The streams are closed while the loop still runs.
  template <class Body>
  void run_and_close(Body body) {
    auto whole = [](Body inside, Stream* left, Stream* right) -> Task<> {
      co_await with_scope(inside, left, right);
      *right = Stream();
      *left = Stream();
    };
    run(whole(body, &left_, &right_));
    EXPECT_EQ(LineLayer::closed_count, 1);
  }

  Stream left_;
  Stream right_;
};

}  // namespace bowline
