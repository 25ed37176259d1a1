#include "bowline/session/http.h"

#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

// Answers each request with its method and target; "/long" in pieces, until the client leaves.
Task<> answer_all(Network network, Stream stream, const HttpServerOptions* options,
                  std::string* how) {
  HttpSession http(network, std::move(stream), *options);
  while (co_await http.next_request()) {
    std::string target(http.request().target);
    if (target != "/long") {
      http.respond(200, {}, std::string(http.request().method) + " " + target);
      continue;
    }
    co_await http.begin_response(200, {});
    co_await http.send("one");
    co_await http.send("two");
    co_await http.client_left();
    *how = "it left, ";
    co_await http.end_response();
  }
  *how += "over";
}

class HttpSessionTest : public testing::VirtualLoopTest {
 protected:
  using Body = Task<> (*)(Stream* client);

  // Has `body` talk to answer_all(), whose end is in `how_`.
  void talk(Body body) {
    auto whole = [](Scope& scope, Network network, const HttpServerOptions* options,
                    std::string* how, Body inside) -> Task<> {
      auto [client, server] = make_pipe(network.loop());
      Stream mine = std::move(client);
      scope.start(answer_all(network, std::move(server), options, how));
      co_await inside(&mine);
    };
    run(with_scope(whole, network_, &options_, &how_, body));
  }

  Network network_{loop_};
  HttpServerOptions options_;
  std::string how_;
};

Task<std::string> read_all(Stream* stream) {
  std::string all;
  while (Chunk chunk = co_await stream->read_some()) all += chunk.text();
  co_return all;
}

TEST_F(HttpSessionTest, answers_one_request_after_another) {
  talk([](Stream* client) -> Task<> {
    co_await client->write_all(
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\n"
        "Content-Length: 4\r\nConnection: close\r\n\r\nbody");
    std::string answers = co_await read_all(client);
    EXPECT_EQ(answers,
              "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nGET /a"
              "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nPOST /b");
  });
  EXPECT_EQ(how_, "over");
}

TEST_F(HttpSessionTest, tells_of_a_mistake_and_is_over) {
  talk([](Stream* client) -> Task<> {
    co_await client->write_all("nonsense\r\n\r\n");
    std::string answer = co_await read_all(client);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  });
  EXPECT_EQ(how_, "over");
}

TEST_F(HttpSessionTest, lets_nobody_take_for_ever) {
  Time begin = now();
  talk([](Stream* client) -> Task<> {
    co_await client->write_all("GET /a HTT");
    std::string answer = co_await read_all(client);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
  });
  EXPECT_EQ(now() - begin, options_.head_timeout);
}

TEST_F(HttpSessionTest, sends_a_long_answer_in_pieces_until_the_client_leaves) {
  talk([](Stream* client) -> Task<> {
    co_await client->write_all("GET /long HTTP/1.1\r\nHost: h\r\n\r\n");
    auto head = co_await client->read_until("\r\n\r\n");
    EXPECT_NE(head->find("Transfer-Encoding: chunked\r\nConnection: close"), std::string::npos);
    std::string pieces(16, '\0');
    co_await client->read_exactly(writable(pieces));
    EXPECT_EQ(pieces, "3\r\none\r\n3\r\ntwo\r\n");
    co_await client->write_all("and what comes now is dropped");
    co_await client->write_end();
    EXPECT_EQ(co_await read_all(client), "0\r\n\r\n");
  });
  EXPECT_EQ(how_, "it left, over");
}

}  // namespace
}  // namespace bowline
