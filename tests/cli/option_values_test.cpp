#include "cli/option_values.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;

// What the parse of `words` says is wrong, or nothing.
std::string complaint(CLI::App& app, std::vector<std::string> words) {
  try {
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return "";
  } catch (const CLI::Error& error) {
    return error.what();
  }
}

TEST(OptionValues, a_duration_is_set_from_its_text) {
  CLI::App app;
  Duration value{};
  add_duration(app, "--wait", value, true, "");
  EXPECT_EQ(complaint(app, {"--wait", "200ms"}), "");
  EXPECT_EQ(value, 200ms);
}

TEST(OptionValues, zero_is_a_duration_only_where_it_makes_sense) {
  CLI::App app;
  Duration value{};
  add_duration(app, "--wait", value, true, "");
  add_duration(app, "--timeout", value, false, "");
  EXPECT_EQ(complaint(app, {"--wait", "0"}), "");
  EXPECT_NE(complaint(app, {"--timeout", "0"}).find("more than zero"), std::string::npos);
}

TEST(OptionValues, what_is_no_duration_is_told_with_a_form_that_is) {
  CLI::App app;
  Duration value{};
  add_duration(app, "--wait", value, true, "");
  EXPECT_NE(complaint(app, {"--wait", "soon"}).find("'soon' is no length of time; write 5s"),
            std::string::npos);
}

TEST(OptionValues, what_is_no_url_is_told_with_the_reason) {
  CLI::App app;
  std::string url;
  app.add_option("--listen", url)->check(url_value());
  EXPECT_EQ(complaint(app, {"--listen", "unix:@name"}), "");
  EXPECT_NE(complaint(app, {"--listen", "tcp://host:99999"}).find("99999"), std::string::npos);
}

}  // namespace
}  // namespace bowline::cli
