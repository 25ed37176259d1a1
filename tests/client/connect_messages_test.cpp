#include "bowline/client/connect_messages.h"

#include "bowline/server/message_listener.h"
#include "tests/support/deadline.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ConnectMessages : public ::testing::Test {
 protected:
  // Why there is no connection.
  static Error failure(const std::string& url, Duration wait = forever) {
    Result<MessageSocket> socket = attempt([&] { return connect_messages(url, {}, wait); });
    return socket ? Error({}, "connected") : socket.error();
  }
  testing::Deadline deadline_;
};

TEST_F(ConnectMessages, tells_why_nobody_is_there) {
  std::string url = listen_messages("ws://127.0.0.1:0").url();
  EXPECT_TRUE(failure(url).is(std::errc::connection_refused));
  EXPECT_THAT(failure("ftp://127.0.0.1:1").what(), HasSubstr("ftp:// is not supported"));
}

TEST_F(ConnectMessages, waits_for_the_handshake_no_longer_than_it_was_told) {
  // It listens, and says nothing: the handshake of HTTP never ends.
  MessageListener silent = listen_messages("tcp://127.0.0.1:0");
  EXPECT_TRUE(failure("ws" + silent.url().substr(3), 50ms).timed_out());
}

TEST_F(ConnectMessages, frames_messages_on_bytes) {
  ServerOptions options;
  ConnectOptions client_options;
  options.open.framing.kind = client_options.framing.kind = Framing::Kind::length;
  MessageListener listener = listen_messages("tcp://127.0.0.1:0", options);
  MessageSocket client = connect_messages(listener.url(), client_options);
  for (std::string_view text : {"one", "", "two"}) client.send(text);
  MessageSocket server = listener.accept();
  for (std::string_view text : {"one", "", "two"}) EXPECT_EQ(server.recv().text(), text);
  client.close();
  EXPECT_FALSE(server.recv());
}

}  // namespace
}  // namespace bowline
