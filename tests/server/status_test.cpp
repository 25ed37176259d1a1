#include "bowline/server/status.h"

#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/session/websocket.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"
#include "tests/auth/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <string>
#include <vector>

// What a server in a simulated world tells of itself, asked from another host's loop.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> stay(Stream stream) {
  Stream kept = std::move(stream);
  co_await sleep(forever);
}

class Status : public ::testing::Test {
 protected:
  Status() { options_.observe = true; }

  void serve(Handler handler) {
    auto serving = [](Network network, Status* test, Handler handle) -> Task<> {
      test->server_.emplace(network, test->options_);
      test->server_->add("tcp://:7000", handle, "raw");
      test->server_->add("ws://:7001", handle, "web");
      co_await test->server_->serve();
    };
    world_.host("server").start(serving, this, std::move(handler));
    world_.run_for(10ms);
  }
  // Says each of `texts`, reads as much back, and stays.
  void talk(std::string url, std::vector<std::string> texts) {
    auto talking = [](Network network, std::string at, std::vector<std::string> said,
                      std::string* heard) -> Task<> {
      MessageStream stream(co_await connect(network, at));
      for (const std::string& text : said) {
        co_await stream.send(text);
        Message answer = co_await stream.receive();
        heard->append(answer.text());
      }
      Message end = co_await stream.receive();
      heard->append(end ? "?" : ".");
    };
    world_.host("client" + std::to_string(heard_.size()))
        .start(talking, url, std::move(texts), &heard_.emplace_back());
    world_.run_for(1s);
  }
  // What `question` gives, as a task of a host of its own.
  template <class T>
  T ask(std::function<Task<T>()> question) {
    std::optional<T> answer;
    auto asking = [](Network, std::function<Task<T>()> what, std::optional<T>* into) -> Task<> {
      Task<T> asked = what();
      T got = co_await asked;
      *into = std::move(got);
    };
    world_.host("operator" + std::to_string(asked_++)).start(asking, std::move(question), &answer);
    EXPECT_TRUE(world_.run_until([&] { return answer.has_value(); }, 1s));
    return std::move(*answer);
  }
  ServerStatus status() {
    return ask<ServerStatus>([this] { return server_->status(); });
  }
  std::vector<ConnectionStatus> connections() {
    return ask<std::vector<ConnectionStatus>>([this] { return server_->connections(); });
  }

  ServerOptions options_;
  std::optional<Server> server_;
  std::list<std::string> heard_;
  sim::World world_;  // ends first: what runs in it knows the others

 private:
  int asked_ = 0;
};

TEST_F(Status, counts_what_each_service_did) {
  serve(echo);
  talk("tcp://server:7000", {"hello", "you"});
  talk("ws://server:7001/", {"message"});
  talk("ws://server:7001/", {});
  ServerStatus now = status();
  EXPECT_FALSE(now.draining);
  EXPECT_GE(now.uptime, 3s);
  ASSERT_EQ(now.services.size(), 2u);
  const ServiceStatus& raw = now.services[0];
  EXPECT_EQ(raw.service, "raw");
  EXPECT_THAT(raw.url, HasSubstr(":7000"));
  EXPECT_EQ(raw.open, 1u);
  EXPECT_EQ(raw.accepted, 1u);
  EXPECT_EQ(raw.opened, 1u);
  EXPECT_EQ(raw.bytes_received, 8u);
  EXPECT_EQ(raw.bytes_sent, 8u);
  EXPECT_EQ(raw.messages_received, 2u);
  EXPECT_EQ(raw.messages_sent, 2u);
  EXPECT_EQ(raw.answers.counts[0], 2u);
  const ServiceStatus& web = now.services[1];
  EXPECT_EQ(web.open, 2u);
  EXPECT_EQ(web.opened, 2u);
  EXPECT_EQ(web.messages_received, 1u);
  EXPECT_EQ(web.bytes_sent, 7u) << "without frames";
  EXPECT_GT(web.opening.sum, 0ns);
}

TEST_F(Status, names_what_ended_connections) {
  serve([](Stream stream) -> Task<> {
    Chunk chunk = co_await stream.read_some();
    if (chunk.text() == "throw") throw std::runtime_error("a defect");
    throw make_error(make_error_code(Errc::too_long), "test");
  });
  talk("tcp://server:7000", {"throw"});
  talk("tcp://server:7000", {"else"});
  auto garbage = [](Network network) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7001");
    stream.set_option(Option::linger, 0);
  };
  world_.host("scanner").start(garbage);
  world_.run_for(1s);
  ServerStatus now = status();
  EXPECT_THAT(now.services[0].failures, ElementsAre(Pair("exception", 1), Pair("too_long", 1)));
  EXPECT_THAT(now.services[1].failures, ElementsAre(Pair("ECONNRESET", 1)));
  EXPECT_EQ(now.services[1].opened, 0u);
  EXPECT_EQ(now.services[1].open, 0u);
}

TEST_F(Status, lists_connections_with_what_they_did) {
  serve(echo);
  talk("ws://server:7001/", {"hello"});
  auto knock = [](Network network) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7001");
    co_await sleep(1h);
  };
  world_.host("slow").start(knock);
  world_.run_for(3s);
  std::vector<ConnectionStatus> all = connections();
  ASSERT_EQ(all.size(), 2u);
  if (all[0].number > all[1].number) std::swap(all[0], all[1]);
  EXPECT_EQ(all[0].number, 1u);
  EXPECT_EQ(all[0].service, "web");
  EXPECT_THAT(all[0].url, StartsWith("ws://10.0.0."));
  EXPECT_FALSE(all[0].opening);
  EXPECT_EQ(all[0].bytes_received, 5u);
  EXPECT_EQ(all[0].messages_sent, 1u);
  EXPECT_GE(all[0].age, 3s);
  EXPECT_GE(all[0].idle, 3s);
  EXPECT_LE(all[0].idle, 4s);
  EXPECT_TRUE(all[1].opening);
  EXPECT_THAT(all[1].url, StartsWith("tcp://10.0.0."));
}

TEST_F(Status, tells_how_much_waits_for_a_peer_that_reads_nothing) {
  serve([](Stream stream) -> Task<> {
    std::string much(1'000'000, 'x');
    co_await stream.write_all(much);
  });
  auto idle = [](Network network) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7000");
    co_await sleep(1h);
  };
  world_.host("idle").start(idle);
  world_.run_for(5s);
  std::vector<ConnectionStatus> all = connections();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_GT(all[0].queued, 10'000u);
}

TEST_F(Status, ends_a_connection_that_then_says_goodbye) {
  serve(echo);
  talk("ws://server:7001/", {"a"});
  talk("tcp://server:7000", {"b"});
  EXPECT_TRUE(ask<bool>([this] { return server_->end_connection(1, "enough"); }));
  world_.run_for(100ms);
  EXPECT_EQ(heard_.front().substr(0, 2), "a.");
  EXPECT_EQ(heard_.back(), "b") << "the other stays";
  EXPECT_EQ(connections().size(), 1u);
  EXPECT_FALSE(ask<bool>([this] { return server_->end_connection(1, "again"); }));
  EXPECT_FALSE(ask<bool>([this] { return server_->end_connection(7, "never was"); }));
}

TEST_F(Status, ends_a_connection_by_force_when_its_handler_does_not_leave) {
  serve(stay);
  talk("tcp://server:7000", {});
  talk("tcp://server:7000", {});
  EXPECT_TRUE(ask<bool>([this] { return server_->end_connection(1, "enough"); }));
  world_.run_for(4s);
  EXPECT_EQ(connections().size(), 2u);
  world_.run_for(2s);
  EXPECT_EQ(connections().size(), 1u) << "after half of the time to drain";
  EXPECT_TRUE(ask<bool>([this] { return server_->end_connection(2, "now", true); }));
  world_.run_for(100ms);
  EXPECT_EQ(connections().size(), 0u);
}

TEST_F(Status, shows_what_a_connection_reads_and_writes) {
  serve(echo);
  std::vector<std::string> shown;
  Tracer tracer = [&shown](const TraceEvent& event) {
    constexpr const char* marks[] = {">", ">end", "<", "<end", "closed"};
    shown.push_back(std::to_string(event.connection) + marks[static_cast<int>(event.kind)] +
                    std::string(event.bytes.text()));
  };
  auto talking = [](Network network) -> Task<> {
    MessageStream stream(co_await connect(network, "ws://server:7001/"));
    for (int index = 0; index < 4; ++index) {
      co_await stream.send("m" + std::to_string(index));
      Message answer = co_await stream.receive();
      EXPECT_TRUE(answer.is_text());
      co_await sleep(10s);
    }
  };
  world_.host("client").start(talking);
  world_.run_for(5s);
  EXPECT_TRUE(ask<bool>([&] { return server_->trace(1, tracer); }));
  EXPECT_TRUE(connections().at(0).traced);
  world_.run_for(10s);
  EXPECT_TRUE(ask<bool>([&] { return server_->trace(1, {}); }));
  EXPECT_FALSE(connections().at(0).traced);
  world_.run_for(10s);
  EXPECT_THAT(shown, ElementsAre("1>m1", "1<m1"));
  EXPECT_TRUE(ask<bool>([&] { return server_->trace(1, tracer); }));
  world_.run_for(1min);
  EXPECT_THAT(shown, ElementsAre("1>m1", "1<m1", "1>m3", "1<m3", "1>end", "1closed"));
  EXPECT_FALSE(ask<bool>([&] { return server_->trace(1, tracer); }));
}

TEST_F(Status, is_known_while_the_server_drains_and_after_it) {
  serve(stay);
  talk("tcp://server:7000", {});
  server_->drain();
  world_.run_for(1s);
  ServerStatus draining = status();
  EXPECT_TRUE(draining.draining);
  EXPECT_EQ(draining.services[0].open, 1u);
  EXPECT_EQ(connections().size(), 1u);
  world_.run_for(1min);
  ServerStatus over = status();
  EXPECT_TRUE(over.draining);
  EXPECT_EQ(over.services[0].open, 0u);
  EXPECT_EQ(over.services[0].accepted, 1u);
  EXPECT_THAT(over.services[0].failures, ElementsAre(Pair("ECANCELED", 1)));
  EXPECT_EQ(connections().size(), 0u);
  EXPECT_FALSE(ask<bool>([this] { return server_->end_connection(1, "late"); }));
}

TEST_F(Status, knows_who_is_there_and_tells_the_log) {
  options_.open.authenticator = std::make_shared<Authenticator>(testing::all_checks());
  std::string let_in;
  options_.observer = [&let_in](const ServerEvent& event) {
    if (event.kind == ServerEvent::Kind::identified) let_in += event.user + "@" + event.url + " ";
  };
  serve(echo);
  auto talking = [](Network network, std::string url) -> Task<> {
    ConnectOptions options;
    options.credential = Credential::bearer("ecila");
    Stream stream = co_await connect(network, url, options);
    co_await sleep(1h);
  };
  world_.host("one").start(talking, std::string("tcp://server:7000"));
  world_.host("other").start(talking, std::string("ws://server:7001/"));
  world_.run_for(1s);
  std::vector<ConnectionStatus> all = connections();
  ASSERT_EQ(all.size(), 2u);
  for (const ConnectionStatus& connection : all) EXPECT_EQ(connection.user, "alice");
  EXPECT_THAT(let_in, HasSubstr("alice@tcp://10.0.0."));
  EXPECT_THAT(let_in, HasSubstr("alice@ws://10.0.0."));
}

TEST_F(Status, costs_nothing_of_streams_that_nobody_observes) {
  options_.observe = false;
  bool is_tapped = true;
  serve([&is_tapped](Stream stream) {
    is_tapped = dynamic_cast<Tap*>(&stream.transport()) != nullptr;
    return echo(std::move(stream));
  });
  talk("tcp://server:7000", {"hello"});
  EXPECT_FALSE(is_tapped);
  EXPECT_EQ(status().services[0].accepted, 1u);
  EXPECT_EQ(status().services[0].bytes_received, 0u);
  EXPECT_EQ(connections().at(0).bytes_received, 0u);
  EXPECT_FALSE(ask<bool>([this] { return server_->trace(1, [](const TraceEvent&) {}); }));
}

}  // namespace
}  // namespace bowline
