// Every case of the table against the protocol itself, in both roles, without a network between.
#include "tests/proto/websocket_cases.h"

#include "bowline/proto/websocket.h"
#include "tests/proto/websocket_player.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bowline::testing {
namespace {

constexpr std::size_t messages_max = 100;
constexpr MaskSeed seed = {1, 2};

// A wire to a protocol that echoes what it receives, `piece_size` bytes at a time.
class EchoWire final : public WebSocketWire {
 public:
  EchoWire(bool echo_is_client, const std::optional<DeflateParameters>& deflate,
           std::size_t piece_size = CaseStep::all)
      : protocol_(
            echo_is_client
                ? WebSocketProtocol::client(options_, Time(), seed, deflate ? &*deflate : nullptr)
                : WebSocketProtocol::server(options_, Time(), deflate ? &*deflate : nullptr)),
        piece_size_(piece_size) {}

  void write(std::string_view bytes) override {
    for (std::size_t at = 0; at < bytes.size(); at += std::min(piece_size_, bytes.size())) {
      std::string input(bytes.substr(at, piece_size_));
      protocol_.receive(writable(input), Time());
      while (WebSocketEvent event = protocol_.next_event()) {
        if (!event.is_message()) continue;
        bool is_text = event.kind == WebSocketEvent::Kind::text;
        protocol_.send(is_text ? WebSocketKind::text : WebSocketKind::binary, event.bytes);
      }
    }
  }
  std::string read() override {
    return std::string(std::exchange(protocol_.output(), {}).bytes().text());
  }
  bool is_quiet() override { return protocol_.output().empty() && protocol_.is_open(); }

 private:
  WebSocketOptions options_{.compressed_size_min = 0};
  WebSocketProtocol protocol_;
  std::size_t piece_size_;
};

class WebSocketCases : public ::testing::TestWithParam<WebSocketCase> {};

TEST_P(WebSocketCases, pass_as_server) {
  EchoWire wire(false, GetParam().deflate);
  EXPECT_EQ(play(GetParam(), true, wire), "") << GetParam().description;
}

TEST_P(WebSocketCases, pass_as_client) {
  EchoWire wire(true, GetParam().deflate);
  EXPECT_EQ(play(GetParam(), false, wire), "") << GetParam().description;
}

TEST_P(WebSocketCases, pass_however_the_bytes_arrive) {
  // The sections about sizes and compression would take too long byte by byte.
  if (std::stoi(GetParam().id) > 7) return;
  for (std::size_t piece_size : {1, 2, 3, 5, 7, 11, 100}) {
    EchoWire server(false, GetParam().deflate, piece_size);
    EXPECT_EQ(play(GetParam(), true, server), "") << piece_size << " at a time";
    EchoWire client(true, GetParam().deflate, piece_size);
    EXPECT_EQ(play(GetParam(), false, client), "") << piece_size << " at a time";
  }
}

std::string case_name(const ::testing::TestParamInfo<WebSocketCase>& info) {
  std::string name = info.param.id;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Suite, WebSocketCases, ::testing::ValuesIn(websocket_cases(messages_max)),
                         case_name);

}  // namespace
}  // namespace bowline::testing
