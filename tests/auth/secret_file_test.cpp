#include "bowline/auth/secret_file.h"

#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace bowline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SecretFile : public ::testing::Test {
 protected:
  SecretFile() { std::ofstream(path_) << "secret"; }
  std::string read(mode_t mode, FileSecrecy secrecy = FileSecrecy::secret) {
    ::chmod(path_.c_str(), mode);
    Result<std::string> text = read_secret_file(path_, "tokens", secrecy);
    return text ? *text : text.error().what();
  }

  testing::Folder folder_;
  std::string path_ = folder_ / "tokens";
};

TEST_F(SecretFile, is_read_when_only_owner_and_group_may) {
  EXPECT_EQ(read(0600), "secret");
  EXPECT_EQ(read(0640), "secret");
}

TEST_F(SecretFile, that_everybody_may_read_or_write_is_refused_with_the_remedy) {
  EXPECT_THAT(read(0644), AllOf(HasSubstr("read it"), HasSubstr("chmod o= " + path_)));
  EXPECT_THAT(read(0602), AllOf(HasSubstr("write it"), HasSubstr("chmod o= " + path_)));
  EXPECT_EQ(read(0644, FileSecrecy::open_to_all), "secret");
}

TEST_F(SecretFile, that_is_missing_or_too_large_is_told) {
  EXPECT_THAT(read_secret_file(folder_ / "none", "users").error().what(),
              AllOf(HasSubstr("none"), HasSubstr("no such file of users")));
  std::ofstream(path_) << std::string((1 << 20) + 1, 'x');
  EXPECT_THAT(read(0600), HasSubstr("1 MiB"));
}

TEST_F(SecretFile, is_no_folder) {
  EXPECT_THAT(read_secret_file(folder_ / ".", "users").error().what(), HasSubstr("is a directory"));
}

TEST(TellingLines, are_those_that_say_something) {
  std::string all;
  for (const TextLine& line : telling_lines("\n# no\n  a b \t\r\n\r\n   #no\nc")) {
    all += std::to_string(line.number) + "[" + std::string(line.text) + "]";
  }
  EXPECT_EQ(all, "3[a b]6[c]");
}

}  // namespace
}  // namespace bowline
