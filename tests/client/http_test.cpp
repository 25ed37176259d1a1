#include "bowline/client/http.h"

#include "bowline/server/listen.h"
#include "bowline/sim/world.h"
#include "bowline/task/attempt.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

struct Exchange {
  std::string answer;  // what the server says, whatever it is asked
  std::string server = "http://server:8000";
  ConnectOptions options{};
  std::string heard{};  // by the server
  int status = 0;
  std::string body{};
  std::string failure{};
};

Task<> answer_one(Network network, Exchange* exchange) {
  Listener listener = co_await listen(network, "tcp://:8000");
  Stream stream = co_await listener.accept();
  auto head = co_await stream.read_until("\r\n\r\n");
  exchange->heard = *head;
  for (char c : exchange->answer) co_await stream.write_all(std::string_view(&c, 1));
}

Task<> ask_into(Network network, Exchange* exchange) {
  HttpCall call(network, exchange->server, exchange->options);
  exchange->status = co_await call.ask("GET", "/a?b");
  exchange->body = co_await call.read_all();
  Bytes more = co_await call.read_some();
  exchange->body += more.text();
}

void talk(Exchange& exchange) {
  sim::World world;
  world.host("server").start(answer_one, &exchange);
  bool done = false;
  auto ask = [](Network network, Exchange* of, bool* ended) -> Task<> {
    Result<void> asked = co_await attempt(ask_into(network, of));
    if (!asked) of->failure = asked.error().what();
    *ended = true;
  };
  world.host("client").start(ask, &exchange, &done);
  EXPECT_TRUE(world.run_until([&] { return done; }, 1h));
}

TEST(HttpCall, gives_status_and_body) {
  Exchange exchange{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  talk(exchange);
  EXPECT_EQ(exchange.failure, "");
  EXPECT_EQ(exchange.status, 200);
  EXPECT_EQ(exchange.body, "hello");
  EXPECT_EQ(exchange.heard, "GET /a?b HTTP/1.1\r\nHost: server:8000\r\nConnection: close\r\n\r\n");
}

TEST(HttpCall, reads_chunks_and_what_the_end_of_the_connection_ends) {
  Exchange chunked{
      "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"};
  talk(chunked);
  EXPECT_EQ(chunked.status, 404);
  EXPECT_EQ(chunked.body, "abc");
  Exchange plain{"HTTP/1.0 200 OK\r\n\r\nall of it"};
  talk(plain);
  EXPECT_EQ(plain.body, "all of it");
}

TEST(HttpCall, says_who_we_are_and_keeps_the_path_of_the_server) {
  Exchange exchange{"HTTP/1.1 204 No Content\r\n\r\n", "http://server:8000/proxied/"};
  exchange.options.credential = Credential::bearer("secret");
  talk(exchange);
  EXPECT_EQ(exchange.status, 204);
  EXPECT_TRUE(exchange.heard.starts_with("GET /proxied/a?b HTTP/1.1\r\n")) << exchange.heard;
  EXPECT_NE(exchange.heard.find("Authorization: Bearer secret\r\n"), std::string::npos);
}

TEST(HttpCall, tells_what_is_no_answer) {
  Exchange cut{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"};
  talk(cut);
  EXPECT_EQ(cut.failure,
            "read the answer of http://server:8000: protocol error: the connection ended within "
            "the answer");
  Exchange other{"SSH-2.0-OpenSSH\r\n"};
  talk(other);
  EXPECT_NE(other.failure.find("not an answer in HTTP/1.1"), std::string::npos) << other.failure;
  Exchange elsewhere{.server = "ws://server:8000"};
  talk(elsewhere);
  EXPECT_NE(elsewhere.failure.find("HTTP goes over http://"), std::string::npos)
      << elsewhere.failure;
}

std::string transport_of(std::string_view url) {
  Result<Url> transport = http_transport(Url::parse(url).value());
  return transport ? transport->text() : "none";
}

TEST(HttpTransport, is_where_the_connections_go) {
  EXPECT_EQ(transport_of("http://example.org/path?query"), "tcp://example.org:80");
  EXPECT_EQ(transport_of("https://example.org"), "tls://example.org:443");
  EXPECT_EQ(transport_of("https://[::1]:9"), "tls://[::1]:9");
  EXPECT_EQ(transport_of(":9100"), "tcp://:9100");
  EXPECT_EQ(transport_of("tls://localhost:9100"), "tls://localhost:9100");
  EXPECT_EQ(transport_of("unix:/run/admin.sock"), "unix:/run/admin.sock");
  EXPECT_EQ(transport_of("udp://localhost:9100"), "none");
}

}  // namespace
}  // namespace bowline
