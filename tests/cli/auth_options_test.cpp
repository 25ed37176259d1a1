#include "cli/auth_options.h"

#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fstream>

namespace bowline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Options>
Options parsed(std::vector<std::string> arguments, std::string* failure = nullptr) {
  CLI::App app;
  Options options;
  add_auth_options(app, options);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (failure) *failure = error.what();
  }
  return options;
}

std::string refusal(const ServerAuthOptions& options, bool client_ca = false) {
  try {
    return make_authenticator(options, client_ca) ? "made" : "none";
  } catch (const Error& error) {
    EXPECT_TRUE(error.is(Errc::bad_address)) << error.what();
    return error.what();
  }
}

std::string read(const ClientAuthOptions& options) {
  try {
    std::optional<Credential> credential = read_credential(options);
    return credential ? credential->text() : "none";
  } catch (const Error& error) {
    return error.what();
  }
}

class AuthFiles : public ::testing::Test {
 protected:
  ~AuthFiles() override {
    ::unsetenv("BOWLINE_TOKEN");
    ::unsetenv("BOWLINE_PASSWORD");
  }
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    ::chmod((folder_ / name).c_str(), 0600);
    return folder_ / name;
  }

  bowline::testing::Folder folder_;
};

TEST_F(AuthFiles, nobody_is_asked_unless_an_option_says_so) {
  EXPECT_EQ(refusal({}), "none");
  EXPECT_EQ(refusal(parsed<ServerAuthOptions>({"--auth-unix-users", "root,@0"})), "made");
  EXPECT_EQ(refusal(parsed<ServerAuthOptions>({"--auth-certificates", "any"}), true), "made");
}

TEST_F(AuthFiles, options_are_lists_and_times) {
  auto options = parsed<ServerAuthOptions>({"--auth-jwt-key", "a", "--auth-jwt-key", "b",
                                            "--auth-certificates", "alice,bob", "--auth-timeout",
                                            "200ms", "--auth-tokens", "t", "--auth-users", "u"});
  EXPECT_THAT(options.sources.files(), ElementsAre("a", "b", "t", "u"));
  EXPECT_THAT(options.certificates, ElementsAre("alice", "bob"));
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(200));
}

TEST_F(AuthFiles, what_does_not_fit_together_is_refused) {
  EXPECT_THAT(refusal(parsed<ServerAuthOptions>({"--auth-certificates", "any"})),
              HasSubstr("--client-ca"));
  EXPECT_THAT(refusal(parsed<ServerAuthOptions>({"--auth-jwt-audience", "echo"})),
              HasSubstr("--auth-jwt-key"));
  std::string failure;
  parsed<ClientAuthOptions>({"--user", "a", "--token-file", "b"}, &failure);
  EXPECT_THAT(failure, HasSubstr("--token-file"));
  parsed<ClientAuthOptions>({"--password-file", "b"}, &failure);
  EXPECT_THAT(failure, HasSubstr("--user"));
}

TEST_F(AuthFiles, a_reload_is_all_or_nothing) {
  auto options = parsed<ServerAuthOptions>(
      {"--auth-tokens", file("tokens", "alice 0123456789abcdef\n"), "--auth-unix-users", "root"});
  std::shared_ptr<Authenticator> authenticator = make_authenticator(options, false);
  file("tokens", "nonsense");
  EXPECT_FALSE(reload(*authenticator, options).ok());
  EXPECT_THAT(authenticator->schemes(), ElementsAre("Bearer"));
  file("tokens", "");
  EXPECT_TRUE(reload(*authenticator, options).ok());
}

TEST_F(AuthFiles, a_clients_secret_is_in_a_file_or_the_environment) {
  EXPECT_EQ(read({}), "none");
  EXPECT_EQ(read({.token_file = file("token", "abc\n")}), "Bearer abc");
  ::setenv("BOWLINE_TOKEN", "def", 1);
  EXPECT_EQ(read({}), "Bearer def");
  EXPECT_EQ(read({.token_file = file("token", "abc\n")}), "Bearer abc");
  ::setenv("BOWLINE_PASSWORD", "sesame", 1);
  EXPECT_EQ(read({.user = "alice"}), Credential::basic("alice", "sesame").text());
  EXPECT_EQ(read({.user = "alice", .password_file = file("password", "open\n")}),
            Credential::basic("alice", "open").text());
}

TEST_F(AuthFiles, a_secret_that_can_not_be_said_is_not_shown_either) {
  for (const std::string& told :
       {read({.token_file = file("token", "se cret")}), read({.user = "alice:secret"})}) {
    EXPECT_EQ(told.find("secret"), std::string::npos) << told;
    EXPECT_EQ(told.find("se cret"), std::string::npos) << told;
    EXPECT_FALSE(told.starts_with("Bearer") || told.starts_with("Basic")) << told;
  }
}

}  // namespace
}  // namespace bowline::cli
