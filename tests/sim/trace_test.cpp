#include "bowline/sim/trace.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;

TEST(Trace, has_a_line_for_each_event_with_its_time) {
  Trace trace(Tracing::text);
  trace.add(1500us, "one");
  trace.add(2s, "two");
  EXPECT_EQ(trace.text(), "   0.001500000 one\n   2.000000000 two\n");
}

TEST(Trace, has_the_same_hash_with_and_without_text) {
  Trace text(Tracing::text);
  Trace hash(Tracing::hash);
  for (Trace* trace : {&text, &hash}) trace->add(1s, "same");
  EXPECT_EQ(text.hash(), hash.hash());
  EXPECT_EQ(hash.text(), "");
  hash.add(1s, "more");
  EXPECT_NE(text.hash(), hash.hash());
}

TEST(Trace, that_is_off_keeps_nothing) {
  Trace trace(Tracing::off);
  trace.add(1s, "lost");
  EXPECT_FALSE(trace.on());
  EXPECT_EQ(trace.hash(), Trace(Tracing::off).hash());
}

TEST(Trace, gives_its_last_lines) {
  Trace trace(Tracing::text);
  EXPECT_EQ(trace.last_lines(3), "");
  for (const char* line : {"a", "b", "c"}) trace.add(0s, line);
  EXPECT_EQ(trace.last_lines(2), "   0.000000000 b\n   0.000000000 c\n");
  EXPECT_EQ(trace.last_lines(9), trace.text());
  EXPECT_EQ(trace.last_lines(0), "");
}

TEST(SecondsText, is_exact_to_the_nanosecond) {
  EXPECT_EQ(seconds_text(1ns), "0.000000001");
  EXPECT_EQ(seconds_text(1h + 20ms), "3600.020000000");
}

}  // namespace
}  // namespace bowline::sim
