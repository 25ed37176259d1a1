#include "cli/followed_options.h"

#include "tests/support/folder.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

struct Options {
  int limit = 1;
  std::vector<std::string> places;
  ConfigFile config;
};

void add_options(CLI::App& command, Options& options) {
  command.add_option("--limit", options.limit)->check(CLI::Range(1, 10));
  command.add_option("--place", options.places);
  add_config(command, options.config);
}

// A server that began with `limit = 2`.
class FollowedOptionsTest : public ::testing::Test {
 protected:
  FollowedOptionsTest() {
    write("limit = 2\n");
    CLI::App command;
    add_options(command, options_);
    command.parse("--config " + path_);
    followed_.emplace(options_.config, values_of(command));
  }
  void write(const std::string& text) { std::ofstream(path_) << text; }
  // Reads the file again and takes up the limit; gives what is logged.
  std::string reload() {
    ::testing::internal::CaptureStderr();
    CLI::App command;
    options_ = {};
    add_options(command, options_);
    if (followed_->read_again(command, LogFormat::text)) {
      followed_->follow(values_of(command), {"limit"}, LogFormat::text);
    }
    return ::testing::internal::GetCapturedStderr();
  }

  testing::Folder folder_;
  std::string path_ = folder_ / "options.toml";
  Options options_;
  std::optional<FollowedOptions> followed_;
};

TEST_F(FollowedOptionsTest, says_what_was_taken_up_and_what_waits) {
  write("limit = 3\nplace = \"here\"\n");
  EXPECT_EQ(reload(),
            "options limit loaded anew\n"
            "options place stay as they were: a change takes a restart\n");
  EXPECT_EQ(options_.limit, 3);
  EXPECT_EQ(reload(), "options place stay as they were: a change takes a restart\n");
  write("limit = 3\n");
  EXPECT_EQ(reload(), "options loaded anew\n");
}

TEST_F(FollowedOptionsTest, forgets_what_the_file_has_no_more) {
  write("");
  EXPECT_EQ(reload(), "options limit loaded anew\n");
  EXPECT_EQ(options_.limit, 1);
  EXPECT_EQ(reload(), "options loaded anew\n");
}

TEST_F(FollowedOptionsTest, tells_each_mistake) {
  write("limit = 30\nnonsense = 1\n");
  std::string told = reload();
  EXPECT_THAT(told, HasSubstr("options stay as they were: " + path_ + ":1:9: "));
  EXPECT_THAT(told, HasSubstr("options stay as they were: " + path_ + ":2:1: "));
}

TEST(FollowedOptions, follow_no_file_where_there_is_none) {
  EXPECT_FALSE(FollowedOptions({}, {}).any());
}

TEST(NamesAdded, are_those_of_the_options) {
  EXPECT_THAT(names_added<Options>(add_options),
              UnorderedElementsAre("help", "limit", "place", "config"));
}

}  // namespace
}  // namespace bowline::cli
