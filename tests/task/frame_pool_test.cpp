#include "bowline/task/frame_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace bowline {
namespace {

using Frame = std::pair<unsigned char*, std::size_t>;

Frame take(std::size_t size) {
  return {static_cast<unsigned char*>(take_frame(size)), size};
}

void give_back(Frame frame) {
  give_back_frame(frame.first, frame.second);
}

TEST(FramePool, gives_memory_that_no_other_frame_has) {
  std::vector<Frame> frames;
  for (std::size_t size = 1; size <= 5000; size += 7) {
    frames.push_back(take(size));
    std::memset(frames.back().first, static_cast<int>(size % 251), size);
  }
  for (const Frame& frame : frames) {
    auto expected = static_cast<unsigned char>(frame.second % 251);
    for (std::size_t index = 0; index < frame.second; ++index) {
      ASSERT_EQ(frame.first[index], expected) << "of a frame of " << frame.second << " bytes";
    }
  }
  for (const Frame& frame : frames) give_back(frame);
}

TEST(FramePool, gives_memory_that_is_aligned_as_its_size_is) {
  for (std::size_t size = 1; size <= 4096; ++size) {
    Frame frame = take(size);
    std::size_t alignment = size % 16 == 0 ? 16 : 8;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.first) % alignment, 0u);
    give_back(frame);
  }
}

TEST(FramePool, never_gives_a_frame_out_twice) {
  std::mt19937 random(7);
  std::vector<Frame> out;
  std::set<unsigned char*> known;
  for (int round = 0; round < 20'000; ++round) {
    if (out.empty() || random() % 2 == 0) {
      out.push_back(take(1 + random() % 2500));
      ASSERT_TRUE(known.insert(out.back().first).second);
      continue;
    }
    std::swap(out[random() % out.size()], out.back());
    known.erase(out.back().first);
    give_back(out.back());
    out.pop_back();
  }
  for (const Frame& frame : out) give_back(frame);
}

TEST(FramePool, takes_more_frames_back_than_it_keeps) {
  std::vector<Frame> frames;
  for (int index = 0; index < 5000; ++index) frames.push_back(take(100));
  for (const Frame& frame : frames) give_back(frame);
  for (Frame& frame : frames) frame = take(100);
  for (const Frame& frame : frames) give_back(frame);
}

TEST(FramePool, takes_back_frames_of_another_thread) {
  std::vector<Frame> frames;
  std::thread taker([&frames] {
    for (std::size_t index = 0; index < 1000; ++index) frames.push_back(take(64 + index));
  });
  taker.join();
  for (const Frame& frame : frames) give_back(frame);
  std::thread giver([] {
    for (int index = 0; index < 1000; ++index) give_back(take(96));
  });
  giver.join();
}

}  // namespace
}  // namespace bowline
