#include "cli/upstream_list.h"

#include "tests/support/folder.h"

#include <gmock/gmock.h>

#include <fstream>

namespace bowline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(UpstreamList, has_a_url_a_line) {
  auto urls = parse_upstreams("# ours\n10.0.0.1:80\r\n\n  unix:/run/x  \n#10.0.0.2:80\nws://a/b");
  EXPECT_THAT(urls.value(), ElementsAre("10.0.0.1:80", "unix:/run/x", "ws://a/b"));
  EXPECT_TRUE(parse_upstreams("").value().empty());
}

TEST(UpstreamList, names_the_line_that_can_not_be_read) {
  auto urls = parse_upstreams("10.0.0.1:80\n\n10.0.0.2:x\n");
  ASSERT_FALSE(urls);
  EXPECT_THAT(urls.error().what(), HasSubstr("line 3: "));
}

TEST(UpstreamList, has_none_that_can_not_be_connected_to) {
  EXPECT_FALSE(parse_upstreams("tcp://a:1\nb\n").ok());
  EXPECT_FALSE(load_upstreams({"http://b:80"}, "").ok());
}

TEST(UpstreamList, of_a_file_follows_those_that_are_named) {
  testing::Folder folder;
  std::ofstream(folder / "list") << "b:2\n";
  EXPECT_THAT(load_upstreams({"a:1"}, folder / "list").value(), ElementsAre("a:1", "b:2"));
}

TEST(UpstreamList, says_what_is_wrong_with_a_file) {
  testing::Folder folder;
  EXPECT_THAT(load_upstreams({"a:1"}, folder / "none").error().what(),
              HasSubstr("none: no such file"));
  std::ofstream(folder / "bad") << "b:x\n";
  EXPECT_THAT(load_upstreams({}, folder / "bad").error().what(), HasSubstr("bad, line 1: "));
}

TEST(UpstreamList, may_not_be_empty) {
  Result<std::vector<std::string>> none = load_upstreams({}, "");
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(Errc::bad_address));
  EXPECT_THAT(none.error().what(), HasSubstr("name one with --to URL"));
}

}  // namespace
}  // namespace bowline::cli
