#include "cli/connect.h"

#include "cli/usage_error.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;

// What is said of `bowline connect ARGUMENTS` when they are of no use.
std::string complaint(const std::string& arguments) {
  CLI::App app("", "bowline");
  int exit_code = 0;
  define_connect(app, exit_code);
  try {
    app.parse("connect " + arguments);
    return {};
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
}

TEST(ConnectOptions, need_a_url) {
  EXPECT_EQ(complaint(""), "URL is missing: bowline connect [OPTIONS] URL");
  EXPECT_THAT(complaint("http:/x"), HasSubstr("URL: "));
}

TEST(ConnectOptions, say_what_a_length_of_time_is) {
  EXPECT_THAT(complaint("--timeout 5x :1"),
              HasSubstr("--timeout: '5x' is no length of time; write 5s"));
  EXPECT_EQ(complaint("--timeout 0 :1"), "--timeout: it must be more than zero");
  EXPECT_THAT(complaint("--wait never :1"), HasSubstr("--wait: 'never' is no length of time"));
}

TEST(ConnectOptions, say_what_a_count_is) {
  for (const char* count : {"0", "-1", "many", "1.5", "99999999999999999999"}) {
    EXPECT_EQ(complaint(std::string(":1 --count=") + count),
              std::string("--count: '") + count + "' is no count; write 1 or more");
  }
}

TEST(ConnectOptions, that_exclude_each_other_are_named) {
  EXPECT_EQ(complaint(":1 --hex --prompt"), "--prompt excludes --hex");
}

TEST(ConnectOptions, of_trying_again_need_that) {
  EXPECT_THAT(complaint(":1 --retry-max 3"), HasSubstr("--reconnect"));
  EXPECT_THAT(complaint(":1 --retry-wait 3s"), HasSubstr("--reconnect"));
  EXPECT_EQ(complaint(":1 --reconnect --retry-max 0"),
            "--retry-max: '0' is no count; write 1 or more");
}

}  // namespace
}  // namespace bowline::cli
