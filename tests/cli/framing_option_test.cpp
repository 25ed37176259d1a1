#include "cli/framing_option.h"

#include "bowline/base/error.h"
#include "cli/secure_options.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

namespace bowline::cli {
namespace {

using Kind = Framing::Kind;

class FramingOption : public ::testing::Test {
 protected:
  FramingOption() {
    add_websocket_options(app_, settings_);
    add_framing_option(app_, framing_);
  }

  CLI::App app_;
  WebSocketSettings settings_;
  Framing framing_;
};

TEST_F(FramingOption, names_a_kind) {
  app_.parse("--framing line");
  EXPECT_EQ(framing_.kind, Kind::line);
  EXPECT_EQ(framing_.size_max, 0u);
  app_.parse("--framing length");
  EXPECT_EQ(framing_.kind, Kind::length);
  app_.parse("--framing raw");
  EXPECT_EQ(framing_.kind, Kind::raw);
  EXPECT_THROW(app_.parse("--framing lines"), CLI::ValidationError);
}

TEST_F(FramingOption, is_limited_as_messages_over_WebSocket_are) {
  app_.parse("--framing line --message-size 100");
  EXPECT_EQ(framing_.size_max, 100u);
  EXPECT_EQ(settings_.messages.message_size_max, 100u);
  EXPECT_THROW(app_.parse("--message-size 0"), CLI::ValidationError);
}

// Why `urls` can't be framed as lines; nothing when they can.
std::string refusal(const std::vector<std::string>& urls, Kind kind = Kind::line) {
  try {
    check_framing({kind}, urls);
    return {};
  } catch (const Error& error) {
    EXPECT_TRUE(error.is(Errc::bad_address)) << error.what();
    return error.what();
  }
}

TEST(CheckFraming, asks_for_an_address_with_bytes) {
  for (const char* url : {":1", "tcp://:1", "tls://:1", "unix:/x", "any://:1"}) {
    EXPECT_EQ(refusal({url}), "");
    EXPECT_EQ(refusal({"ws://:1", url}), "");
  }
  for (const char* url : {"ws://:1", "wss://:1", "ws+unix:/x", "udp://:1", "unixgram:/x"}) {
    EXPECT_THAT(refusal({url}), ::testing::EndsWith(std::string("messages at ") + url));
    EXPECT_EQ(refusal({url}, Kind::raw), "");
  }
  EXPECT_EQ(refusal({}), "");
}

}  // namespace
}  // namespace bowline::cli
