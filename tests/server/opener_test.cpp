#include "bowline/server/opener.h"

#include "bowline/client/connect.h"
#include "bowline/net/run.h"
#include "bowline/server/server.h"
#include "bowline/session/websocket.h"
#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"
#include "tests/auth/checks.h"
#include "tests/support/deadline.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> echo_messages(MessageStream messages) {
  while (Message message = co_await messages.receive()) co_await messages.answer(message.bytes());
}

class Opener : public ::testing::Test {
 protected:
  using Talk = std::function<Task<>(Network network, std::string url)>;

  Opener() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~Opener() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

  // Serves `handler` at a free port, has `talk` talk to it, then stops.
  void serve(const std::string& scheme, Handler handler, const Talk& talk) {
    std::jthread client;
    Server* running = nullptr;
    options_.threads = 1;
    options_.observer = [&](const ServerEvent& event) {
      if (event.kind == ServerEvent::Kind::closed) {
        std::lock_guard lock(mutex_);
        failures_ += event.failure;
      }
      if (event.kind != ServerEvent::Kind::listening) return;
      url_ = event.url;
      std::string place = event.url.substr(event.url.find("://"));
      client = std::jthread([this, &running, &talk, place] {
        talked_ = run([&](Network network) { return talk(network, place); });
        running->stop();
      });
    };
    Server server(options_);
    running = &server;
    server.add(scheme + "://127.0.0.1:0", std::move(handler));
    server.run();
    client.join();
    EXPECT_EQ(talked_, 0);
  }
  void use_tls() {
    terms_.server.certificates = {
        testing::shown(testing::certificate_for({"127.0.0.1"}, &terms_.authority))};
    options_.open.tls = std::make_shared<TlsContext>(TlsContext::server(terms_.server).value());
    trust();
  }
  void trust() {
    client_.tls = std::make_shared<TlsContext>(TlsContext::client(terms_.client).value());
  }
  // Says hello at `url` and gets it back.
  static Task<> hello(Network network, std::string url, const ConnectOptions& options) {
    Stream stream = co_await connect(network, url, options);
    co_await stream.write_all("hello");
    std::string back(5, '\0');
    co_await stream.read_exactly(writable(back));
    EXPECT_EQ(back, "hello") << url;
    co_await stream.write_end();
    Chunk end = co_await stream.read_some();
    EXPECT_TRUE(end.empty()) << url;
  }

  testing::Deadline deadline_;
  testing::TlsTerms terms_;
  ServerOptions options_;
  ConnectOptions client_;
  std::mutex mutex_;
  std::string failures_;
  std::string url_;
  int talked_ = -1;

 private:
  sigset_t mask_;
};

TEST_F(Opener, any_tells_raw_HTTP_WebSocket_and_TLS_apart) {
  use_tls();
  auto talk = [](Network network, std::string place, const ConnectOptions* options) -> Task<> {
    for (const char* scheme : {"tcp", "ws", "tls", "wss"}) {
      co_await hello(network, scheme + place, *options);
    }
    Stream browser = co_await connect(network, "tls" + place, *options);
    co_await browser.write_all("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::string page;
    while (Chunk chunk = co_await browser.read_some()) page += chunk.text();
    EXPECT_THAT(page, HasSubstr("200 OK"));
  };
  for (const Handler& handler : {Handler(echo), Handler(echo_messages)}) {
    serve("any", handler,
          [&](Network network, std::string place) { return talk(network, place, &client_); });
  }
  EXPECT_EQ(failures_, "");
  EXPECT_THAT(url_, HasSubstr("any://127.0.0.1:"));
}

TEST_F(Opener, who_it_is_is_asked_on_every_scheme_and_known_to_the_handler) {
  use_tls();
  options_.open.authenticator = std::make_shared<Authenticator>(testing::all_checks());
  options_.observe = true;  // what counts is on top of all
  auto greet = [](Stream stream) -> Task<> {
    EXPECT_EQ(identity_of(stream) ? identity_of(stream)->name : "nobody", "alice");
    return echo(std::move(stream));
  };
  auto talk = [](Network network, std::string place, const ConnectOptions* known) -> Task<> {
    ConnectOptions options = *known;
    for (const char* scheme : {"tcp", "ws", "tls", "wss"}) {
      options.credential = Credential::bearer("ecila");
      co_await hello(network, scheme + place, options);
      options.credential = Credential::bearer("wrong");
      Result<Stream> refused = co_await attempt(connect(network, scheme + place, options));
      EXPECT_FALSE(refused) << scheme;
    }
  };
  serve("any", greet,
        [&](Network network, std::string place) { return talk(network, place, &client_); });
  EXPECT_THAT(failures_, HasSubstr("no such token"));
}

// Messages that came together and in parts; over WebSocket they are what they are.
TEST_F(Opener, messages_are_framed_on_all_that_carries_bytes) {
  use_tls();
  auto talk = [](Network network, std::string place, const ConnectOptions* options) -> Task<> {
    for (const char* scheme : {"tcp", "tls", "ws", "wss"}) {
      MessageStream messages = co_await connect(network, scheme + place, *options);
      for (std::string_view text : {"one", "", "two"}) co_await messages.send(text);
      for (std::string_view text : {"one", "", "two"}) {
        Message back = co_await messages.receive();
        EXPECT_TRUE(back && back.text() == text) << scheme;
      }
      co_await messages.send_end();
      Message end = co_await messages.receive();
      EXPECT_FALSE(end);
    }
    Stream bytes = co_await connect(network, "tcp" + place);
    bool lines = options->framing.kind == Framing::Kind::line;
    std::string_view hello = lines ? "hello\n" : std::string_view("\0\0\0\5hello", 9);
    for (char byte : hello) co_await bytes.write_all(std::string_view(&byte, 1));
    std::string back(hello.size(), '\0');
    co_await bytes.read_exactly(writable(back));
    EXPECT_EQ(back, hello);
    co_await bytes.write_end();
    Chunk end = co_await bytes.read_some();
    EXPECT_TRUE(end.empty());
  };
  for (Framing::Kind kind : {Framing::Kind::line, Framing::Kind::length}) {
    options_.open.framing.kind = client_.framing.kind = kind;
    serve("any", echo_messages,
          [&](Network network, std::string place) { return talk(network, place, &client_); });
  }
  EXPECT_EQ(failures_, "");
}

TEST_F(Opener, any_lets_the_server_speak_first_to_a_silent_client) {
  auto greet = [](Stream stream) -> Task<> { co_await stream.write_all("welcome"); };
  auto talk = [](Network network, std::string place) -> Task<> {
    Stream stream = co_await connect(network, "tcp" + place);
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "welcome");
  };
  serve("any", greet, talk);
}

TEST_F(Opener, any_without_a_certificate_takes_TLS_for_raw) {
  auto talk = [](Network network, std::string place) -> Task<> {
    Stream stream = co_await connect(network, "tcp" + place);
    std::string_view hello("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", 10);
    co_await stream.write_all(hello);
    std::string back(10, '\0');
    co_await stream.read_exactly(writable(back));
    EXPECT_EQ(back, hello);
  };
  serve("any", echo, talk);
}

TEST_F(Opener, a_client_takes_up_its_session_again) {
  terms_.client.sessions = std::make_shared<TlsSessionCache>();
  use_tls();
  auto talk = [](Network network, std::string place, const ConnectOptions* options) -> Task<> {
    for (bool again : {false, true}) {
      Stream stream = co_await connect(network, "tls" + place, *options);
      EXPECT_EQ(tls_facts(stream)->resumed, again);
      co_await stream.write_all("hello");
      Chunk back = co_await stream.read_some();
      EXPECT_EQ(back.text(), "hello");
    }
  };
  serve("tls", echo,
        [&](Network network, std::string place) { return talk(network, place, &client_); });
}

// A client that leaves at once must not take with it what it said: tickets that came for it and
// were not read would make its close a reset.
TEST_F(Opener, loses_no_word_of_a_client_that_leaves_at_once) {
  use_tls();
  int count = 0;
  auto receive = [&count](Stream stream) -> Task<> {
    return [](Stream from, int* heard) -> Task<> {
      std::string text;
      while (Chunk chunk = co_await from.read_some()) text += chunk.text();
      *heard += text == "Hello, server!";
    }(std::move(stream), &count);
  };
  auto talk = [](Network network, std::string place, const ConnectOptions* options) -> Task<> {
    for (int round = 0; round < 100; ++round) {
      Stream stream = co_await connect(network, "tls" + place, *options);
      co_await stream.write_all("Hello, server!");
    }
    co_await sleep(100ms);
  };
  serve("tls", receive,
        [&](Network network, std::string place) { return talk(network, place, &client_); });
  EXPECT_EQ(count, 100);
  EXPECT_EQ(failures_, "");
}

TEST_F(Opener, new_connections_get_what_was_reloaded_and_old_ones_go_on) {
  use_tls();
  auto talk = [](Network network, std::string place, const ConnectOptions* options,
                 TlsContext* server) -> Task<> {
    Stream old = co_await connect(network, "tls" + place, *options);
    Result<void> reloaded = server->reload();
    EXPECT_TRUE(reloaded.ok());
    co_await hello(network, "tls" + place, *options);
    co_await old.write_all("still here");
    std::string back(10, '\0');
    co_await old.read_exactly(writable(back));
    EXPECT_EQ(back, "still here");
  };
  serve("tls", echo, [&](Network network, std::string place) {
    return talk(network, place, &client_, options_.open.tls.get());
  });
}

TEST_F(Opener, a_silent_client_is_let_go_after_the_handshake_timeout) {
  use_tls();
  options_.limits.handshake_timeout = 50ms;
  auto talk = [](Network network, std::string place) -> Task<> {
    Stream stream = co_await connect(network, "tcp" + place);
    Chunk end = co_await stream.read_some();
    EXPECT_TRUE(end.empty());
  };
  serve("tls", echo, talk);
  EXPECT_THAT(failures_, HasSubstr("timed out"));
}

// Pages are asked for one after the other, over a time that none of them takes.
TEST_F(Opener, a_browser_that_keeps_its_connection_is_no_slow_handshake) {
  options_.limits.handshake_timeout = 200ms;
  options_.limits.keep_alive_timeout = 400ms;
  auto talk = [](Network network, std::string place) -> Task<> {
    Stream stream = co_await connect(network, "tcp" + place);
    for (int page = 0; page < 2; ++page) {
      co_await sleep(page * 300ms);
      co_await stream.write_all("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
      auto body = co_await stream.read_until("no such page.\n");
      EXPECT_TRUE(body.has_value());
    }
    Chunk end = co_await stream.read_some();
    EXPECT_TRUE(end.empty());
  };
  for (const char* scheme : {"ws", "any"}) serve(scheme, echo, talk);
  EXPECT_EQ(failures_, "");
}

TEST(MakeOpener, says_what_a_scheme_lacks) {
  OpenOptions options;
  for (const char* url : {"tls://:1", "wss://:1"}) {
    try {
      make_opener(Url::parse(url).value(), options);
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("--cert"));
    }
  }
  EXPECT_THROW(make_opener(Url::parse("ftp://:1").value(), options), Error);
  EXPECT_FALSE(make_opener(Url::parse("tcp://:1").value(), options));
  options.framing.kind = Framing::Kind::line;
  EXPECT_TRUE(make_opener(Url::parse("tcp://:1").value(), options));
  EXPECT_FALSE(make_opener(Url::parse("udp://:1").value(), options));
}

}  // namespace
}  // namespace bowline
