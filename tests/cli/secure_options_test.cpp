#include "cli/secure_options.h"

#include "tests/support/folder.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>

namespace bowline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What make_tls refuses as usage.
template <class Options, class... Arguments>
std::string refusal(const Options& options, const Arguments&... arguments) {
  try {
    auto context = make_tls(options, arguments...);
    return context ? "made" : "none";
  } catch (const Error& error) {
    EXPECT_TRUE(error.is(Errc::bad_address)) << error.what();
    return error.what();
  }
}

TEST(ServerTls, is_off_without_a_certificate) {
  EXPECT_EQ(refusal(ServerTlsOptions()), "none");
}

TEST(ServerTls, refuses_what_does_not_fit_together) {
  ServerTlsOptions options;
  options.certificates = {"a.pem", "b.pem"};
  options.keys = {"a.key"};
  EXPECT_THAT(refusal(options), HasSubstr("--key"));
  EXPECT_THAT(refusal(ServerTlsOptions{.client_ca = "ca.pem"}), HasSubstr("--cert"));
  EXPECT_THAT(refusal(ServerTlsOptions{.client_certificates = "optional"}),
              HasSubstr("--client-ca"));
}

TEST(ServerTls, loads_and_names_its_files) {
  testing::Folder folder;
  PemPair pair = testing::certificate_for({"localhost"});
  std::ofstream(folder / "a.pem") << pair.certificate;
  std::ofstream(folder / "a.key") << pair.key;
  ServerTlsOptions options{.certificates = {folder / "a.pem"}, .keys = {folder / "a.key"}};
  EXPECT_EQ(refusal(options), "made");
  options.client_ca = "ca.pem";
  EXPECT_THAT(options.files(), ElementsAre(folder / "a.pem", folder / "a.key", "ca.pem"));
}

TEST(ClientTls, is_for_TLS_only) {
  EXPECT_EQ(refusal(ClientTlsOptions(), "tcp://localhost:1"), "none");
  EXPECT_EQ(refusal(ClientTlsOptions(), "tls://localhost:1"), "made");
  EXPECT_THAT(refusal(ClientTlsOptions{.insecure = true}, "ws://localhost:1"),
              HasSubstr("ws://localhost:1"));
  EXPECT_THAT(refusal(ClientTlsOptions{.certificate = "a.pem"}, "tls://localhost:1"),
              HasSubstr("--key"));
}

struct Parsed {
  template <class Options>
  static Options of(std::vector<std::string> arguments, std::string* failure = nullptr) {
    CLI::App app;
    Options options;
    add_websocket_options(app, options);
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& error) {
      if (failure) *failure = error.what();
    }
    return options;
  }
};

TEST(WebSocketFlags, are_the_same_on_both_sides) {
  auto client = Parsed::of<WebSocketConnectOptions>(
      {"--subprotocol", "a", "--subprotocol", "b", "--origin", "https://x.example", "--compress",
       "--ping", "5s", "--message-size", "1000", "--header", "X-Token: a: b"});
  EXPECT_THAT(client.request.subprotocols, ElementsAre("a", "b"));
  EXPECT_EQ(client.request.origin, "https://x.example");
  EXPECT_TRUE(client.request.deflate.has_value());
  EXPECT_EQ(client.messages.ping_interval, std::chrono::seconds(5));
  EXPECT_EQ(client.messages.message_size_max, 1000u);
  ASSERT_EQ(client.request.fields.size(), 1u);
  EXPECT_EQ(client.request.fields[0].name, "X-Token");
  EXPECT_EQ(client.request.fields[0].value, "a: b");
  auto server = Parsed::of<WebSocketSettings>(
      {"--subprotocol", "a", "--origin", "*", "--no-compress", "--ping", "0"});
  EXPECT_THAT(server.handshake.subprotocols, ElementsAre("a"));
  EXPECT_THAT(server.handshake.origins, ElementsAre("*"));
  EXPECT_FALSE(server.handshake.deflate.has_value());
  EXPECT_EQ(server.messages.ping_interval, forever);
  EXPECT_TRUE(Parsed::of<WebSocketSettings>({}).handshake.deflate.has_value());
}

TEST(WebSocketFlags, are_refused_when_they_can_not_be_sent) {
  for (const char* header :
       {"no colon", "a b: c", ": x", "Host: x", "sec-websocket-key: x", "X: a\r\nY: b"}) {
    std::string failure;
    Parsed::of<WebSocketConnectOptions>({"--header", header}, &failure);
    EXPECT_THAT(failure, HasSubstr("--header")) << header;
  }
  std::string failure;
  Parsed::of<WebSocketConnectOptions>({"--subprotocol", "a b"}, &failure);
  EXPECT_THAT(failure, HasSubstr("--subprotocol"));
  Parsed::of<WebSocketConnectOptions>({"--origin", "example.org"}, &failure);
  EXPECT_THAT(failure, HasSubstr("https://HOST"));
}

}  // namespace
}  // namespace bowline::cli
