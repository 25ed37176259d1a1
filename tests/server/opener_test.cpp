#include "bowline/server/opener.h"

#include "bowline/client/connect.h"
#include "bowline/net/run.h"
#include "bowline/services/echo.h"
#include "bowline/socket/connect.h"
#include "tests/support/deadline.h"
#include "tests/support/serving.h"
#include "tests/support/tls_pair.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

Opener opener_for(std::string_view url) {
  static const OpenOptions options;
  return make_opener(Url::parse(url).value(), options);
}

Task<> check_echo(Network network, std::string url, const ConnectOptions& options) {
  MessageStream messages = co_await connect(network, url, options);
  co_await messages.send("hello");
  Message back = co_await messages.receive();
  EXPECT_EQ(back.text(), "hello");
}

TEST(Opener, is_empty_where_there_is_nothing_to_open) {
  EXPECT_FALSE(opener_for("tcp://:1"));
  EXPECT_FALSE(opener_for("unix:/x"));
  EXPECT_TRUE(opener_for("ws://:1"));
  EXPECT_TRUE(opener_for("ws+unix:/x"));
  EXPECT_TRUE(opener_for("any://:1"));
}

TEST(Opener, says_what_a_scheme_lacks_and_which_there_are) {
  for (auto [url, why] : {std::pair("wss://:1", "certificate"),
                          {"tls://:1", "certificate"},
                          {"gopher://:1", "tcp, tls, ws"}}) {
    try {
      opener_for(url);
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  }
}

// One port for all that `any` tells apart.
TEST(Opener, of_any_serves_each_speech_by_its_own_handshake) {
  testing::Deadline deadline;
  testing::TlsTerms terms;
  ServerOptions options;
  options.open.tls = std::make_shared<TlsContext>(TlsContext::server(terms.server).value());
  testing::Serving serving("any://localhost:0", serve_echo, std::move(options));
  std::string port = serving.at().substr(serving.at().rfind(':'));
  ConnectOptions trusting;
  trusting.tls = std::make_shared<const TlsContext>(TlsContext::client(terms.client).value());
  for (std::string scheme : {"tcp", "tls", "ws", "wss"}) {
    std::string url = scheme + "://localhost" + port;
    auto main = [&](Network network) { return check_echo(network, url, trusting); };
    EXPECT_EQ(run(main), 0) << scheme;
  }
}

TEST(Opener, has_limits_of_time_for_who_never_asks) {
  testing::Deadline deadline;
  ServerOptions options;
  options.handshake_timeout = 50ms;
  testing::Serving serving("ws://127.0.0.1:0", serve_echo, std::move(options));
  Socket silent = connect("tcp://" + serving.at());
  silent.send_all("GET / HTT");
  EXPECT_TRUE(silent.recv(100, 10s).empty());
}

}  // namespace
}  // namespace bowline
