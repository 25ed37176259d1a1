#include "cli/cert.h"

#include "tests/support/folder.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <filesystem>

namespace bowline::cli {
namespace {

using bowline::testing::Folder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string error;
};

// `bowline cert ARGUMENTS`; 2 for what can't be parsed, as main() has it.
Ran run(const std::string& arguments) {
  CLI::App app;
  Ran ran;
  define_cert(app, ran.exit_code);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  try {
    app.parse("cert " + arguments);
  } catch (const CLI::ParseError&) {
    ran.exit_code = 2;
  }
  ran.out = ::testing::internal::GetCapturedStdout();
  ran.error = ::testing::internal::GetCapturedStderr();
  return ran;
}

TEST(CertCommand, says_how_to_use_what_it_made) {
  Folder folder;
  Ran ran = run("localhost 127.0.0.1 --client alice --out " + folder / "c");
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("a new authority"), HasSubstr("for localhost, 127.0.0.1"),
                             HasSubstr("--cert " + folder / "c/localhost.pem"),
                             HasSubstr("curl --cacert " + folder / "c/ca.pem"),
                             HasSubstr("the client alice")));
  for (const char* name : {"ca.pem", "ca.key", "localhost.pem", "localhost.key", "alice.pem"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / (std::string("c/") + name))) << name;
  }
}

TEST(CertCommand, takes_up_the_authority_of_before) {
  Folder folder;
  run("localhost --out " + folder / "c");
  Ran ran = run("--client bob --out " + folder / "c");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("that was there"), Not(HasSubstr("a new authority"))));
}

TEST(CertCommand, fails_with_a_reason) {
  Folder folder;
  Ran name = run("a,b --out " + folder / "c");
  EXPECT_EQ(name.exit_code, 1);
  EXPECT_THAT(name.error, HasSubstr("error: make a certificate: bad certificate: 'a,b' is"));
  Ran place = run("localhost --out /proc/nowhere");
  EXPECT_EQ(place.exit_code, 1);
  EXPECT_THAT(place.error, HasSubstr("/proc/nowhere"));
}

TEST(CertCommand, refuses_arguments_that_make_no_sense) {
  EXPECT_THAT(run("").error, HasSubstr("give the host names"));
  for (const char* arguments : {"", "x --days 0", "x --days 5000", "--client", "x --nonsense"}) {
    EXPECT_EQ(run(arguments).exit_code, 2) << arguments;
  }
  Folder folder;
  std::string out = " --out " + (folder / ".");
  for (const char* names : {"alice --client alice", "--client a --client a", "''"}) {
    EXPECT_EQ(run(names + out).exit_code, 2) << names;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder / "."));
}

}  // namespace
}  // namespace bowline::cli
