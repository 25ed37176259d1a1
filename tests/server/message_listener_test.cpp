#include "bowline/server/message_listener.h"

#include "bowline/client/connect_messages.h"
#include "bowline/socket/connect.h"
#include "tests/support/deadline.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class MessageListeners : public ::testing::Test {
 protected:
  MessageListener listen(const std::string& scheme = "ws") {
    return listen_messages(scheme + "://127.0.0.1:0", options_);
  }
  // Accepts a client at each of `urls`, which get their own words back.
  void talk(MessageListener& listener, const std::string& url) {
    std::jthread server([&listener] {
      MessageSocket client = listener.accept();
      while (Message message = client.recv()) client.send(message);
    });
    MessageSocket socket = connect_messages(url, client_options_);
    socket.send("hello");
    EXPECT_EQ(socket.recv().text(), "hello") << url;
    socket.close();
  }

  testing::Deadline deadline_;
  ServerOptions options_;
  ConnectOptions client_options_;
};

TEST_F(MessageListeners, give_a_socket_for_each_client) {
  MessageListener listener = listen();
  EXPECT_THAT(listener.url(), HasSubstr("ws://127.0.0.1:"));
  EXPECT_NE(listener.local_address().port(), 0);
  for (int round = 0; round < 3; ++round) talk(listener, listener.url());
}

TEST_F(MessageListeners, serve_TLS_and_all_on_one_port) {
  testing::TlsTerms terms;
  terms.server.certificates = {
      testing::shown(testing::certificate_for({"127.0.0.1"}, &terms.authority))};
  options_.open.tls = std::make_shared<TlsContext>(TlsContext::server(terms.server).value());
  client_options_.tls = std::make_shared<TlsContext>(TlsContext::client(terms.client).value());
  MessageListener listener = listen("any");
  for (const char* scheme : {"tcp", "tls", "ws", "wss"}) {
    talk(listener, scheme + listener.url().substr(3));
  }
}

TEST_F(MessageListeners, are_not_held_up_by_a_client_that_says_nothing) {
  MessageListener listener = listen();
  Socket silent = connect(listener.local_address());
  talk(listener, listener.url());
}

TEST_F(MessageListeners, pass_over_who_only_looks_at_the_page) {
  MessageListener listener = listen();
  Socket browser = connect(listener.local_address());
  browser.send_all("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::string page;
  while (Received more = browser.recv(4096)) page += more.text();
  EXPECT_THAT(page, HasSubstr("<title>bowline</title>"));
  Result<MessageSocket> none = attempt([&] { return listener.accept(1ms); });
  EXPECT_TRUE(!none && none.error().timed_out());
}

TEST_F(MessageListeners, outlast_what_a_page_throws) {
  options_.open.websocket.pages = [](const HttpRequest&) -> HttpPage {
    throw std::runtime_error("no page");
  };
  MessageListener listener = listen();
  Socket browser = connect(listener.local_address());
  browser.send_all("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(browser.recv(4096));
  talk(listener, listener.url());
}

// A room full of clients that say nothing is emptied by the handshake timeout, and others come in.
TEST_F(MessageListeners, let_others_in_when_those_who_say_nothing_are_let_go) {
  options_.limits.handshake_timeout = 100ms;
  MessageListener listener = listen();
  std::vector<Socket> silent;
  for (int index = 0; index < 200; ++index) silent.push_back(connect(listener.local_address()));
  talk(listener, listener.url());
}

TEST_F(MessageListeners, may_go_before_their_clients) {
  std::optional<MessageListener> listener = listen();
  MessageSocket client = connect_messages(listener->url());
  MessageSocket unseen = connect_messages(listener->url());
  MessageSocket server = listener->accept();
  Address address = listener->local_address();
  listener.reset();
  EXPECT_THROW(connect(address), Error);
  server.send("still here");
  EXPECT_EQ(client.recv().text(), "still here");
  EXPECT_FALSE(unseen.recv());
  unseen.close();
  std::jthread other([gone = std::move(server)] {});
}

// A peer that pings is answered while nobody calls: the goodbye comes from us, much later.
TEST_F(MessageListeners, answer_pings_while_nobody_calls) {
  options_.open.websocket.messages.ping_interval = 20ms;
  options_.open.websocket.messages.pong_timeout = 500ms;
  MessageListener listener = listen();
  MessageSocket client = connect_messages(listener.url());
  MessageSocket server = listener.accept();
  Result<Message> none = attempt([&] { return server.recv(1500ms); });
  EXPECT_TRUE(!none && none.error().timed_out());
  client.send("still here");
  EXPECT_EQ(server.recv().text(), "still here");
  std::jthread other([gone = std::move(server)] {});
}

TEST_F(MessageListeners, tell_why_they_cant_listen) {
  MessageListener listener = listen();
  Result<MessageListener> second = attempt([&] { return listen_messages(listener.url()); });
  EXPECT_TRUE(second.error().is(std::errc::address_in_use));
  EXPECT_THROW(listen("wss"), Error);
  EXPECT_THROW(listen("udp"), Error);
}

}  // namespace
}  // namespace bowline
