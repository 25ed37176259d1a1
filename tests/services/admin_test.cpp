#include "bowline/services/admin.h"

#include "bowline/auth/token_check.h"
#include "bowline/client/http.h"
#include "bowline/net/run.h"
#include "bowline/sim/world.h"
#include "bowline/socket/connect.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"
#include "tests/support/sim_echo.h"

#include <gmock/gmock.h>

#include <future>
#include <nlohmann/json.hpp>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

// "200 the body".
Task<std::string> ask(Network network, std::string url, std::string method, std::string target,
                      std::optional<Credential> credential) {
  ConnectOptions options;
  options.credential = std::move(credential);
  HttpCall call(network, url, options);
  int status = co_await call.ask(method, target);
  std::string body = co_await call.read_all();
  co_return std::to_string(status) + " " + body;
}

// An echo server at server:7000 with its pages at server:9100, and a client of both.
class AdminPages : public ::testing::Test {
 protected:
  using Body = Task<> (*)(Network network, Stream echoed);

  // Has `body` talk; its stream is that of the echo server's first connection, and has said hello.
  void talk(Body body) {
    world_.host("server").start(serve, &options_);
    bool done = false;
    auto client = [](Network network, Body inside, bool* ended) -> Task<> {
      Stream stream = co_await connect(network, "tcp://server:7000");
      co_await echo(stream, "hello");
      co_await inside(network, std::move(stream));
      *ended = true;
    };
    world_.host("client").start(client, body, &done);
    EXPECT_TRUE(world_.run_until([&] { return done; }, 1h));
  }
  static Task<> echo(Stream& stream, std::string text) {
    co_await stream.write_all(text);
    std::string back(text.size(), '\0');
    co_await stream.read_exactly(writable(back));
    EXPECT_EQ(back, text);
  }
  static Task<std::string> get(Network network, std::string target, std::string method = "GET") {
    return ask(network, "http://server:9100", std::move(method), std::move(target), {});
  }
  static Task<std::string> raw(Network network, std::string request) {
    Stream stream = co_await connect(network, "tcp://server:9100");
    co_await stream.write_all(request);
    std::string answer;
    while (Chunk chunk = co_await stream.read_some()) answer += chunk.text();
    co_return answer;
  }

  AdminOptions options_;
  sim::World world_;

 private:
  static Task<> serve(Network network, AdminOptions* options) {
    ServerOptions observed;
    observed.observe = true;
    Server server(network, observed);
    server.add("tcp://:7000", testing::echo_until_the_end, "echo");
    Server pages(network);
    auto handle = [&server, options](Stream stream) {
      return serve_admin(server, *options, std::move(stream));
    };
    pages.add("tcp://:9100", handle);
    co_await with_scope(serve_both, &server, &pages);
  }
  static Task<> serve_both(Scope& scope, Server* server, Server* pages) {
    scope.start(server->serve());
    scope.start(pages->serve());
    co_return;
  }
};

TEST_F(AdminPages, say_what_there_is) {
  talk([](Network network, Stream) -> Task<> {
    std::string list = co_await get(network, "/");
    EXPECT_THAT(list, StartsWith("200 "));
    EXPECT_THAT(list, HasSubstr("\nDELETE /connections/# "));
    EXPECT_EQ(co_await get(network, "/healthz"), "200 healthy\n");
    EXPECT_EQ(co_await get(network, "/readyz"), "200 ready\n");
  });
}

TEST_F(AdminPages, count_what_was_served) {
  talk([](Network network, Stream) -> Task<> {
    std::string metrics = co_await get(network, "/metrics");
    std::string labels = R"({service="echo",transport="tcp",url="tcp://0.0.0.0:7000"})";
    EXPECT_THAT(metrics, HasSubstr("\nbowline_connections" + labels + " 1\n"));
    EXPECT_THAT(metrics, HasSubstr("\nbowline_received_bytes_total" + labels + " 5\n"));
    EXPECT_THAT(metrics, HasSubstr("\nbowline_sent_messages_total" + labels + " 1\n"));
    EXPECT_THAT(metrics, HasSubstr("\nprocess_open_fds "));
    std::string with_queues = co_await get(network, "/metrics?queues");
    EXPECT_THAT(with_queues, HasSubstr("\nbowline_queued_bytes{service=\"echo\"} 0\n"));
  });
}

TEST_F(AdminPages, list_connections_and_close_one) {
  talk([](Network network, Stream echoed) -> Task<> {
    std::string list = co_await get(network, "/connections");
    Json connections = Json::parse(list.substr(4));
    EXPECT_EQ(connections.size(), 1u);
    EXPECT_EQ(connections[0]["connection"], 1);
    EXPECT_EQ(connections[0]["service"], "echo");
    EXPECT_EQ(connections[0]["state"], "open");
    EXPECT_EQ(connections[0]["received_bytes"], 5);
    EXPECT_EQ(co_await get(network, "/connections/1", "DELETE"), "204 ");
    Chunk end = co_await echoed.read_some();
    EXPECT_TRUE(end.empty());
    EXPECT_EQ(co_await get(network, "/connections/1", "DELETE"), "404 There is no connection 1.\n");
    EXPECT_EQ(co_await get(network, "/connections"), "200 [\n]\n");
  });
}

TEST_F(AdminPages, trace_a_connection_until_it_goes) {
  talk([](Network network, Stream echoed) -> Task<> {
    HttpCall call(network, "http://server:9100");
    EXPECT_EQ(co_await call.ask("GET", "/connections/1/trace"), 200);
    std::string list = co_await get(network, "/connections");
    EXPECT_THAT(list, HasSubstr("\"traced\":true"));
    co_await echo(echoed, "more");
    echoed = Stream();
    std::string lines = co_await call.read_all();
    EXPECT_THAT(lines, HasSubstr(R"("event":"received","size":4,"data":"bW9yZQ=="})"));
    EXPECT_THAT(lines, HasSubstr(R"("event":"sent","size":4,"data":"bW9yZQ=="})"));
    EXPECT_THAT(lines, EndsWith("\"event\":\"closed\"}\n"));
  });
}

TEST_F(AdminPages, trace_no_longer_than_somebody_reads_it) {
  talk([](Network network, Stream echoed) -> Task<> {
    {
      HttpCall call(network, "http://server:9100");
      EXPECT_EQ(co_await call.ask("GET", "/connections/1/trace"), 200);
    }
    for (bool traced = true; traced;) {
      std::string list = co_await get(network, "/connections");
      traced = list.find("\"traced\":true") != std::string::npos;
    }
    EXPECT_EQ(co_await get(network, "/connections/2/trace"),
              "404 There is no connection 2 that can be traced.\n");
    co_await echo(echoed, "still there");
  });
}

TEST_F(AdminPages, answer_other_methods_as_http_wants_it) {
  talk([](Network network, Stream) -> Task<> {
    std::string head =
        co_await raw(network, "HEAD /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 8\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
    std::string post = co_await raw(network,
                                    "POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                                    "Connection: close\r\n\r\n{}");
    EXPECT_THAT(post, StartsWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n"));
    std::string trace =
        co_await raw(network, "HEAD /connections/1/trace HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(trace, HasSubstr("\r\nContent-Type: application/x-ndjson\r\n"));
    EXPECT_THAT(trace, EndsWith("\r\n\r\n"));
    EXPECT_THAT(co_await get(network, "/connections/1"), StartsWith("405 "));
    EXPECT_THAT(co_await get(network, "/connections/one/trace"), StartsWith("404 "));
    EXPECT_THAT(co_await get(network, "/metrics/"), StartsWith("404 "));
  });
}

TEST_F(AdminPages, are_for_those_with_a_token_but_for_health) {
  std::string tokens = "prometheus 0123456789abcdef0123456789abcdef\n";
  AuthOptions auth;
  auth.work.threads = 0;
  options_.authenticator = std::make_shared<Authenticator>(
      CheckList{TokenCheck::parse(tokens, "tokens").value()}, std::move(auth));
  talk([](Network network, Stream) -> Task<> {
    EXPECT_EQ(co_await get(network, "/healthz"), "200 healthy\n");
    EXPECT_EQ(co_await get(network, "/readyz"), "200 ready\n");
    EXPECT_THAT(co_await get(network, "/metrics"), StartsWith("401 "));
    EXPECT_THAT(co_await get(network, "/nothing"), StartsWith("401 "));
    EXPECT_THAT(co_await get(network, "/connections/1", "DELETE"), StartsWith("401 "));
    Credential token = Credential::bearer("0123456789abcdef0123456789abcdef");
    Task<std::string> asking = ask(network, "http://server:9100", "GET", "/metrics", token);
    EXPECT_THAT(co_await asking, StartsWith("200 "));
  });
}

std::string get(const std::string& url, std::string target) {
  std::string answer;
  auto get_into = [&](Network network) -> Task<> {
    return [](Network with, std::string at, std::string path, std::string* into) -> Task<> {
      *into = co_await ask(with, at, "GET", path, {});
    }(network, url, target, &answer);
  };
  EXPECT_EQ(run(get_into), 0);
  return answer;
}

// A server on a thread of its own, to be asked from this one.
class AdminTest : public ::testing::Test {
 protected:
  void begin(Handler handler, AdminOptions options = {}) {
    ServerOptions observed;
    observed.threads = 1;
    observed.observe = true;
    observed.limits.drain_quiet = observed.limits.drain_timeout = 1h;
    observed.observer = [this](const ServerEvent& event) {
      if (event.kind == ServerEvent::Kind::listening) listening_.set_value(event.url);
      if (event.kind == ServerEvent::Kind::stopping) stopping_.set_value();
    };
    server_.emplace(std::move(observed));
    server_->add("tcp://127.0.0.1:0", std::move(handler), "test");
    options.url = "http://127.0.0.1:0";
    admin_.emplace(*server_, std::move(options));
  }
  std::string page(std::string target) { return get(admin_->url(), std::move(target)); }

  testing::Deadline deadline_;
  std::promise<std::string> listening_;
  std::promise<void> stopping_;
  std::optional<Server> server_;
  std::optional<Admin> admin_;
};

TEST_F(AdminTest, knows_from_when_to_when_the_server_is_ready) {
  begin(testing::echo_until_the_end);
  EXPECT_EQ(page("/readyz"), "503 not listening yet\n");
  std::thread running([&] { server_->run(); });
  Socket client = connect(listening_.get_future().get());
  EXPECT_EQ(page("/readyz"), "200 ready\n");
  client.send_all("hello");
  EXPECT_EQ(client.recv_exactly(5), "hello");
  server_->drain();
  stopping_.get_future().wait();
  EXPECT_EQ(page("/readyz"), "503 draining\n");
  EXPECT_EQ(page("/healthz"), "200 healthy\n");
  client.close();
  running.join();
  EXPECT_EQ(page("/readyz"), "503 draining\n");
}

// A server whose only loop is held up by its client, which is connection 1.
class BlockedAdminTest : public AdminTest {
 protected:
  BlockedAdminTest() {
    auto block = [this](Stream stream) { return hold_up(std::move(stream), this); };
    AdminOptions options;
    options.answer_timeout = 50ms;
    begin(block, options);
    running_ = std::thread([this] { server_->run(); });
    client_.emplace(connect(listening_.get_future().get()));
    client_->send_all("block");
    blocked_.get_future().wait();
  }
  ~BlockedAdminTest() override {
    server_->stop();
    running_.join();
  }
  void let_go_on() {
    released_.set_value();
    while (page("/healthz") != "200 healthy\n") continue;
  }

 private:
  static Task<> hold_up(Stream client, BlockedAdminTest* test) {
    Chunk first = co_await client.read_some();
    test->blocked_.set_value();
    test->released_.get_future().wait();
    co_await testing::echo_until_the_end(std::move(client));
  }

  std::promise<void> blocked_;
  std::promise<void> released_;
  std::optional<Socket> client_;
  std::thread running_;
};

TEST_F(BlockedAdminTest, names_the_loop_that_does_not_answer) {
  EXPECT_EQ(page("/healthz"), "503 no answer from loop 0\n");
  EXPECT_THAT(page("/metrics"), StartsWith("503 A loop of the server does not answer"));
  let_go_on();
}

TEST_F(BlockedAdminTest, leaves_no_trace_that_nobody_reads) {
  EXPECT_THAT(page("/connections/1/trace"), StartsWith("503 A loop of the server does not answer"));
  let_go_on();
  std::string list;
  while (!list.starts_with("200")) list = page("/connections");
  EXPECT_THAT(list, HasSubstr("\"traced\":false"));
}

TEST_F(AdminTest, tells_why_it_can_not_listen) {
  Server server;
  EXPECT_THROW(Admin(server, {.url = "udp://127.0.0.1:0"}), Error);
  begin(testing::echo_until_the_end);
  try {
    Admin other(server, {.url = admin_->url()});
    ADD_FAILURE() << "two listen at one place";
  } catch (const Error& error) {
    EXPECT_TRUE(error.is(std::errc::address_in_use)) << error.what();
  }
}

}  // namespace
}  // namespace bowline
