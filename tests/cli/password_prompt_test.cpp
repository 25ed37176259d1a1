#include "cli/password_prompt.h"

#include "bowline/base/error.h"
#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;

template <class Call>
std::string failure(Call call) {
  try {
    call();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Password, without_a_terminal_to_ask_at_says_what_else_there_is) {
  EXPECT_THAT(failure([] { ask_password("? ", "/nowhere/tty"); }), HasSubstr("--password-file"));
}

TEST(Password, in_a_file_is_its_first_line) {
  bowline::testing::Folder folder;
  std::ofstream(folder / "password") << "open: sesame \r\nmore\n";
  ::chmod((folder / "password").c_str(), 0600);
  EXPECT_EQ(password_in(folder / "password"), "open: sesame ");
  ::chmod((folder / "password").c_str(), 0644);
  EXPECT_THAT(failure([&] { password_in(folder / "password"); }), HasSubstr("chmod"));
}

TEST(Password, that_no_client_could_say_is_refused) {
  EXPECT_EQ(failure([] { check_password("s\u00e9same"); }), "");
  EXPECT_THAT(failure([] { check_password(""); }), HasSubstr("empty"));
  EXPECT_THAT(failure([] { check_password("a\tb"); }), HasSubstr("control"));
  EXPECT_THAT(failure([] { check_password(std::string(1025, 'x')); }), HasSubstr("1024"));
}

}  // namespace
}  // namespace bowline::cli
