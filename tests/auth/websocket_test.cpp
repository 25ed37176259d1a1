#include "bowline/auth/websocket.h"

#include "bowline/base/base64.h"
#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "tests/auth/checks.h"
#include "tests/support/loop_fixture.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Terms {
  WebSocketSettings settings;
  Authenticator authenticator{testing::all_checks(), testing::without_threads()};
};

std::string request(const std::string& fields, const std::string& target = "/") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string upgrade(const std::string& fields, const std::string& target = "/") {
  return request(
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
          fields,
      target);
}

class AuthWebSocket : public testing::VirtualLoopTest {
 protected:
  // What is answered to `text`, with which the client ends; `name_` and `failure_` say what the
  // server made of it.
  std::string answer(std::string text) {
    auto serve = [](Network network, Stream stream, Terms* terms, AuthWebSocket* test) -> Task<> {
      Task<Stream> opening =
          authenticate_websocket(network, std::move(stream), terms->authenticator, terms->settings);
      Result<Stream> opened = co_await attempt(std::move(opening));
      if (!opened) test->failure_ = opened.error().what();
      if (opened && *opened) test->name_ = identity_of(*opened)->name;
    };
    auto talk = [](Scope& scope, auto serving, Network network, Terms* terms, AuthWebSocket* test,
                   std::string says, std::string* heard) -> Task<> {
      auto [left, right] = make_pipe(network.loop());
      scope.start(serving(network, std::move(right), terms, test));
      co_await left.write_all(says);
      co_await left.write_end();
      while (Chunk chunk = co_await left.read_some()) *heard += chunk.text();
    };
    std::string heard;
    name_.clear();
    failure_.clear();
    run(with_scope(talk, serve, Network(loop_), &terms_, this, std::move(text), &heard));
    return heard;
  }

  Terms terms_;
  std::string name_;
  std::string failure_;
};

TEST_F(AuthWebSocket, is_opened_for_who_says_who_it_is) {
  EXPECT_THAT(answer(upgrade("Authorization: Bearer ecila\r\n")), StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(name_, "alice");
  std::string carol = "Authorization: Basic " + base64("carol:lorac") + "\r\n";
  EXPECT_THAT(answer(upgrade(carol)), StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(name_, "carol");
}

TEST_F(AuthWebSocket, is_refused_to_others_with_the_schemes_to_use) {
  for (const char* field : {"", "Authorization: Bearer wrong\r\n", "Authorization: Digest x\r\n",
                            "Authorization: Bearer ecila\r\nAuthorization: Bearer wrong\r\n"}) {
    EXPECT_THAT(answer(upgrade(field)),
                AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("WWW-Authenticate: Bearer realm="),
                      HasSubstr("WWW-Authenticate: Basic realm=")))
        << field;
    EXPECT_EQ(name_, "");
    EXPECT_THAT(failure_, HasSubstr("authenticate "));
  }
}

TEST_F(AuthWebSocket, the_last_request_counts_and_each_is_asked) {
  std::string good = request("Authorization: Bearer ecila\r\n");
  std::string heard = answer(good + upgrade(""));
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(heard, HasSubstr("HTTP/1.1 401 "));
  EXPECT_EQ(name_, "");
  EXPECT_THAT(answer(request("")), StartsWith("HTTP/1.1 401 "));  // pages too
  EXPECT_THAT(answer(request("") + upgrade("Authorization: Bearer ecila\r\n")),
              HasSubstr("HTTP/1.1 101 "));
  EXPECT_EQ(name_, "alice");
}

TEST_F(AuthWebSocket, a_token_in_the_URL_is_refused_and_says_why) {
  EXPECT_THAT(answer(upgrade("", "/?access_token=ecila")),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("gets into logs")));
  EXPECT_EQ(name_, "");
}

TEST_F(AuthWebSocket, after_too_many_failures_it_says_when_to_come_again) {
  std::string heard;
  for (int count = 0; count < 10; ++count) {
    heard = answer(upgrade("Authorization: Bearer wrong\r\n"));
  }
  EXPECT_THAT(heard, AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("Retry-After: "),
                           Not(HasSubstr("WWW-Authenticate"))));
}

TEST_F(AuthWebSocket, where_no_scheme_helps_it_is_forbidden) {
  terms_.authenticator.use({std::make_shared<testing::AnyUnixUser>()});
  EXPECT_THAT(answer(upgrade("Authorization: Bearer ecila\r\n")), StartsWith("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace bowline
