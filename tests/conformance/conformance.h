// What the tests of this folder stand on: a loop with a watched backend of the setting. When a test
// ends no Op may be under way and as many descriptors be open as before.
#pragma once

#include "bowline/loop/loop.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/conformance/setting.h"
#include "tests/support/deadline.h"
#include "tests/support/open_files.h"
#include "tests/support/watched_backend.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace bowline::conformance {

using namespace std::chrono_literals;

// A loop of a setting, for as long as a test or one round of it needs it.
class World {
 public:
  explicit World(const Setting& setting)
      : watched_(new testing::WatchedBackend(setting.backend())),
        loop_(std::unique_ptr<Backend>(watched_)) {}

  testing::WatchedBackend& backend() { return *watched_; }
  Loop& loop() { return loop_; }
  Network network() { return Network(loop_); }

 private:
  testing::WatchedBackend* watched_;
  Loop loop_;
};

class Conformance : public ::testing::TestWithParam<Setting> {
 protected:
  using Body = Task<> (*)(Stream& left, Stream& right);

  const Setting& setting() { return GetParam(); }
  void run(Task<> main) { world_->loop().run(std::move(main)); }
  // Runs `body` with the two ends of a connection, which it may close.
  void run(Body body) {
    auto linked = [](Network network, const Setting& how, Body inside) -> Task<> {
      Link link = co_await how.link(network);
      co_await inside(link.left, link.right);
    };
    run(linked(world_->network(), setting(), body));
  }
  void TearDown() override {
    EXPECT_EQ(world_->backend().under_way(), 0u);
    world_.reset();
    EXPECT_EQ(testing::open_file_count(), files_);
  }

  testing::Deadline deadline_;
  std::size_t files_ = testing::open_file_count();
  std::unique_ptr<World> world_ = std::make_unique<World>(GetParam());
  // How many descriptors the world itself has.
  std::size_t open_in_world_ = testing::open_file_count() - files_;
};

inline std::string setting_name(const ::testing::TestParamInfo<Setting>& info) {
  return info.param.name;
}

// Reads to the end of the stream.
inline Task<std::string> read_all(Stream& stream) {
  std::string all;
  while (Chunk chunk = co_await stream.read_some()) all += chunk.text();
  co_return all;
}

inline Task<> write(Stream& stream, std::string text) {
  co_await stream.write_all(text);
}

// Bytes that differ from one place to the next.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t index = 0; index < size; ++index) {
    text[index] = static_cast<char>(index * 2654435761u >> 13);
  }
  return text;
}

}  // namespace bowline::conformance
