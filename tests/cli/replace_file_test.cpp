#include "cli/replace_file.h"

#include "bowline/base/error.h"
#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ReplaceFile, gives_the_file_this_text_and_this_mode) {
  bowline::testing::Folder folder;
  std::string path = folder / "users";
  std::ofstream(path) << "a longer text that was there before";
  ::chmod(path.c_str(), 0666);
  std::ifstream reader(path);
  replace_file(path, "new", 0600);
  EXPECT_EQ(content(path), "new");
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  // Who had it open reads all of the old one, and nothing else is left.
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}),
            "a longer text that was there before");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / ""), {}), 1);
}

TEST(ReplaceFile, says_what_it_could_not_write) {
  bowline::testing::Folder folder;
  try {
    replace_file(folder / "none/users", "new", 0600);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("write " + (folder / "none/users")));
  }
}

}  // namespace
}  // namespace bowline::cli
