#include "bowline/auth/load_checks.h"

#include "bowline/auth/password.h"
#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace bowline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LoadChecks : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    ::chmod((folder_ / name).c_str(), 0600);
    return folder_ / name;
  }

  testing::Folder folder_;
  AuthSources sources_;
};

TEST_F(LoadChecks, nothing_is_no_check) {
  EXPECT_TRUE(sources_.empty());
  EXPECT_TRUE(load_checks(sources_).value().empty());
  sources_.certificates.emplace();
  EXPECT_FALSE(sources_.empty());
}

TEST_F(LoadChecks, quick_ones_come_before_slow_ones) {
  sources_.users_file = file("users", "alice:" + hash_password("sesame", {}) + "\n");
  sources_.tokens_file = file("tokens", "alice 0123456789abcdef\n");
  sources_.jwt_key_files = {file("key", std::string(32, 'x'))};
  sources_.unix_users = {"root"};
  sources_.certificates = {"alice"};
  std::vector<std::string> schemes;
  CheckList list = load_checks(sources_).value();
  for (const auto& check : list) schemes.emplace_back(check->scheme());
  EXPECT_THAT(schemes, ElementsAre("", "", "Bearer", "Bearer", "Basic"));
  EXPECT_TRUE(list.back()->is_slow());
  EXPECT_THAT(sources_.files(),
              ElementsAre(folder_ / "key", folder_ / "tokens", folder_ / "users"));
}

TEST_F(LoadChecks, a_file_that_is_wrong_is_named) {
  sources_.users_file = file("users", "alice:sesame\n");
  EXPECT_THAT(load_checks(sources_).error().what(), HasSubstr(folder_ / "users"));
  sources_.users_file = folder_ / "none";
  EXPECT_THAT(load_checks(sources_).error().what(), HasSubstr("no such file of users"));
}

}  // namespace
}  // namespace bowline
