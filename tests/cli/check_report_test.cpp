#include "cli/check_report.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using Outcome = CheckStep::Outcome;

const CheckReport well{{{"name", Outcome::done, 1500us, "it has 1 address", {"::1"}},
                        {"tcp", Outcome::warning, 2ms, "connected", {}}}};
const CheckReport bad{{{"tcp", Outcome::failed, 2ms, "connect to x: refused", {}}}};

TEST(CheckText, has_a_line_for_each_step_and_one_for_the_end) {
  EXPECT_EQ(check_text(well),
            "ok     name           1.5 ms  it has 1 address\n"
            "                              ::1\n"
            "warn   tcp            2.0 ms  connected\n"
            "all is well, in 3.5 ms\n");
  EXPECT_EQ(check_text(bad), "FAILED tcp            2.0 ms  connect to x: refused\n");
}

TEST(CheckJson, is_one_object) {
  EXPECT_EQ(check_json("tcp://x:1", well),
            R"({"url":"tcp://x:1","ok":true,"steps":[{"step":"name","outcome":"ok",)"
            R"("seconds":0.0015,"text":"it has 1 address","details":["::1"]},)"
            R"({"step":"tcp","outcome":"warning","seconds":0.002,"text":"connected"}]})"
            "\n");
  EXPECT_EQ(check_json("tcp://x:1", bad),
            R"({"url":"tcp://x:1","ok":false,"steps":[{"step":"tcp","outcome":"failed",)"
            R"("seconds":0.002,"error":"connect to x: refused"}]})"
            "\n");
}

}  // namespace
}  // namespace bowline::cli
