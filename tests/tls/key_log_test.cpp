#include "bowline/tls/key_log.h"

#include "tests/support/folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace bowline {
namespace {

TEST(KeyLog, appends_lines_to_a_file_of_the_owner) {
  testing::Folder folder;
  std::string path = folder / "keys";
  KeyLog::open(path).value()->add("one");
  KeyLog::open(path).value()->add("two");
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one\ntwo\n");
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST(KeyLog, names_the_file_that_can_not_be_opened) {
  auto log = KeyLog::open("/nowhere/keys");
  ASSERT_FALSE(log);
  EXPECT_STREQ(log.error().what(), "open key log /nowhere/keys: no such file or directory");
}

}  // namespace
}  // namespace bowline
