#include "cli/bench_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

BenchOptions some_options() {
  BenchOptions options;
  options.url = "tcp://localhost:7";
  return options;
}

BenchResult some_result() {
  BenchResult result;
  for (std::uint64_t us = 1; us <= 100; ++us) result.latency.record(us * 1000, 100);
  result.messages = 10000;
  result.measured = 2s;
  return result;
}

TEST(BenchReport, tells_in_words_what_was_found) {
  EXPECT_EQ(bench_text(some_options(), some_result()),
            "tcp://localhost:7: 50 connections, messages of 64 bytes, 1 in flight each\n"
            "  messages  10,000 in 2.00 s: 5,000/s, 320 kB/s each way\n"
            "  latency   p50 50.0 us   p90 90.0 us   p99 99.0 us   p99.9 100 us   p99.99 100 us "
            "  max 100 us\n"
            "  verified  every byte that came\n");
}

TEST(BenchReport, says_when_the_rate_was_not_reached) {
  BenchOptions options = some_options();
  options.rate = 6000;
  BenchResult result = some_result();
  EXPECT_THAT(bench_text(options, result), HasSubstr("6,000/s were due, all were sent"));
  result.behind = 1234;
  EXPECT_THAT(bench_text(options, result), HasSubstr("1,234 could not be sent"));
}

TEST(BenchReport, of_nothing_has_no_latency) {
  std::string text = bench_text(some_options(), BenchResult());
  EXPECT_THAT(text, HasSubstr("nothing was measured"));
  EXPECT_THAT(text, Not(HasSubstr("verified")));
}

TEST(BenchReport, as_json_has_the_same_figures) {
  auto json = nlohmann::json::parse(bench_json(some_options(), some_result()));
  EXPECT_EQ(json["url"], "tcp://localhost:7");
  EXPECT_EQ(json["messages"], 10000);
  EXPECT_EQ(json["messages_per_second"], 5000);
  EXPECT_EQ(json["rate"], nullptr);
  EXPECT_EQ(json["error"], nullptr);
  EXPECT_EQ(json["interrupted"], false);
  EXPECT_NEAR(double(json["latency_us"]["p50"]), 50, 0.1);
  EXPECT_EQ(json["latency_us"]["max"], 100);
  EXPECT_EQ(json["latency_us"]["count"], 10000);
}

TEST(BenchReport, as_json_tells_of_failure_and_interruption) {
  BenchResult result;
  result.signal = 2;
  result.failure = Error(std::make_error_code(std::errc::bad_message), "a byte \xff was wrong");
  auto json = nlohmann::json::parse(bench_json(some_options(), result));
  EXPECT_EQ(json["interrupted"], true);
  EXPECT_THAT(std::string(json["error"]), HasSubstr("was wrong"));
}

TEST(BenchReport, progress_tells_connecting_from_warming_up_from_measuring) {
  BenchOptions options = some_options();
  BenchProgress progress;
  progress.connected = 7;
  EXPECT_EQ(bench_progress_text(options, progress, 0), "connecting: 7 of 50");
  progress.passed = 100ms;
  EXPECT_EQ(bench_progress_text(options, progress, 1234.5), "warming up: 1,234/s");
  progress.passed = 1500ms;
  EXPECT_EQ(bench_progress_text(options, progress, 1234.5), "1.0 of 5.0 s, 1,234/s");
  options.count = 1000;
  progress.answers = 10;
  EXPECT_EQ(bench_progress_text(options, progress, 5), "10 of 1,000 messages, 5/s");
}

TEST(BenchReport, durations_have_three_digits) {
  EXPECT_EQ(short_duration(0), "0 ns");
  EXPECT_EQ(short_duration(812), "812 ns");
  EXPECT_EQ(short_duration(999.6), "1.00 us");
  EXPECT_EQ(short_duration(54321), "54.3 us");
  EXPECT_EQ(short_duration(1.2e6), "1.20 ms");
  EXPECT_EQ(short_duration(999.7e6), "1.00 s");
  EXPECT_EQ(short_duration(12e9), "12.0 s");
  EXPECT_EQ(short_duration(3600e9), "3600 s");
}

TEST(BenchReport, long_numbers_are_in_threes) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace bowline::cli
