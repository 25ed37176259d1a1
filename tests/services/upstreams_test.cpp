#include "bowline/services/upstreams.h"

#include "bowline/sim/world.h"
#include "tests/support/sim_echo.h"

#include <gmock/gmock.h>

#include <map>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Kind = UpstreamEvent::Kind;

// A client that is nothing but its address.
class Caller final : public Transport {
 public:
  explicit Caller(std::string_view host) : address_(*Address::parse_ip(host, 50000)) {}
  bool submit(Op& op) override {
    op.result = -ENOTCONN;
    return true;
  }
  void cancel(Op&) override {}
  Address local_address() const override { return Address::ipv4(0x0a000001, 80); }
  Address peer_address() const override { return address_; }
  std::string url() const override { return "tcp://" + address_.text(); }

 private:
  Address address_;
};

Stream caller(std::string_view host = "192.0.2.1") {
  return Stream(std::make_unique<Caller>(host));
}

// Hosts "a", "b" and "c" that echo, and "relay", whose program is the test.
struct UpstreamsTest : ::testing::Test {
  using Body = Task<> (*)(Network network, UpstreamsTest* test);

  UpstreamsTest() {
    for (const char* name : {"a", "b", "c"}) {
      world_.host(name).start(echo_server, std::string("tcp://:7000"));
    }
    options_.observer = [this](const UpstreamEvent& event) {
      if (event.kind != Kind::added) told_.push_back(event);
    };
    options_.check_interval = forever;
  }
  void run(Body body, std::vector<std::string> urls = all) {
    upstreams_.emplace(urls, options_);
    bool done = false;
    auto program = [](Network network, UpstreamsTest* test, Body what, bool* ended) -> Task<> {
      co_await what(network, test);
      test->held_.clear();
      *ended = true;
    };
    world_.host("relay").start(program, this, body, &done);
    EXPECT_TRUE(world_.run_until([&] { return done; }));
  }
  // Connects for a client at `host`; gives the name of the upstream's host, "?" for none.
  Task<std::string> connect(Network network, std::string host = "192.0.2.1") {
    Stream client = caller(host);
    Result<Upstreams::Connection> made = co_await attempt(upstreams_->connect(network, client));
    if (!made) {
      failure_ = made.error().what();
      co_return "?";
    }
    std::string name = made->lease.url().substr(6, 1);
    held_.emplace(name, std::move(*made));
    co_return name;
  }
  Task<std::string> connect_times(Network network, int count) {
    std::string names;
    for (int index = 0; index < count; ++index) {
      std::string name = co_await connect(network);
      names += name;
    }
    co_return names;
  }
  std::vector<Kind> kinds() const {
    std::vector<Kind> kinds;
    for (const UpstreamEvent& event : told_) kinds.push_back(event.kind);
    return kinds;
  }

  static inline const std::vector<std::string> all = {"tcp://a:7000", "tcp://b:7000",
                                                      "tcp://c:7000"};
  sim::World world_;
  UpstreamOptions options_;
  std::optional<Upstreams> upstreams_;
  std::multimap<std::string, Upstreams::Connection> held_;
  std::vector<UpstreamEvent> told_;
  std::string failure_;
};

TEST_F(UpstreamsTest, the_one_with_the_fewest_connections_is_next) {
  run([](Network network, UpstreamsTest* test) -> Task<> {
    std::string names = co_await test->connect_times(network, 6);
    EXPECT_EQ(test->held_.count("a"), 2u);
    EXPECT_EQ(test->held_.count("b"), 2u);
    EXPECT_EQ(test->held_.count("c"), 2u);
    test->held_.erase("b");
    std::string next = co_await test->connect_times(network, 2);
    EXPECT_EQ(next, "bb");
  });
}

TEST_F(UpstreamsTest, round_robin_takes_them_in_turn_whatever_they_have) {
  options_.balance = Balance::round_robin;
  run([](Network network, UpstreamsTest* test) -> Task<> {
    std::string names = co_await test->connect_times(network, 3);
    test->held_.erase("b");
    std::string again = co_await test->connect_times(network, 3);
    EXPECT_EQ(names, "abc");
    EXPECT_EQ(again, "abc");
  });
}

Task<> map_sources(Network network, UpstreamsTest*, std::map<std::string, std::string>* names,
                   Upstreams* upstreams) {
  for (int index = 1; index < 100; ++index) {
    std::string host = "192.0.2." + std::to_string(index);
    Stream client = caller(host);
    Upstreams::Connection made = co_await upstreams->connect(network, client);
    (*names)[host] = made.lease.url();
  }
}

TEST_F(UpstreamsTest, by_source_only_the_clients_of_one_that_goes_move) {
  options_.balance = Balance::source;
  run([](Network network, UpstreamsTest* test) -> Task<> {
    std::map<std::string, std::string> before, again, after;
    co_await map_sources(network, test, &before, &*test->upstreams_);
    co_await map_sources(network, test, &again, &*test->upstreams_);
    EXPECT_EQ(before, again);
    test->upstreams_->set({all[0], all[2]});
    co_await map_sources(network, test, &after, &*test->upstreams_);
    std::map<std::string, int> counts;
    for (auto& [host, url] : before) {
      ++counts[url];
      EXPECT_EQ(after[host] == url, url != all[1]) << host;
    }
    for (const std::string& url : all) EXPECT_GT(counts[url], 15) << url;
  });
}

TEST_F(UpstreamsTest, one_that_refuses_is_passed_over) {
  run(
      [](Network network, UpstreamsTest* test) -> Task<> {
        std::string names = co_await test->connect_times(network, 4);
        EXPECT_EQ(names, "bbbb");
      },
      {"tcp://a:1", "tcp://b:7000", "tcp://c:1"});
}

TEST_F(UpstreamsTest, one_that_is_silent_takes_only_its_share_of_the_time) {
  world_.cut(world_.host("relay"), world_.host("a"));
  world_.cut(world_.host("relay"), world_.host("b"));
  run([](Network network, UpstreamsTest* test) -> Task<> {
    Time begin = network.now();
    std::string name = co_await test->connect(network);
    EXPECT_EQ(name, "c");
    EXPECT_LT(network.now() - begin, test->options_.connect_timeout);
  });
}

TEST_F(UpstreamsTest, the_client_is_given_up_after_the_connect_timeout) {
  for (const char* name : {"a", "b", "c"}) world_.cut(world_.host("relay"), world_.host(name));
  run([](Network network, UpstreamsTest* test) -> Task<> {
    Time begin = network.now();
    std::string name = co_await test->connect(network);
    EXPECT_EQ(name, "?");
    EXPECT_EQ(network.now() - begin, test->options_.connect_timeout);
    EXPECT_THAT(test->failure_, ::testing::HasSubstr("timed out"));
  });
}

Task<> with_checks(Scope& scope, Network network, UpstreamsTest* test,
                   Task<> (*body)(Network, UpstreamsTest*), Upstreams* upstreams) {
  scope.start(upstreams->check(network));
  co_await body(network, test);
  scope.cancel();
}

TEST_F(UpstreamsTest, checks_find_one_that_fails_and_is_well_again) {
  options_.check_interval = 1s;
  run([](Network network, UpstreamsTest* test) -> Task<> {
    auto body = [](Network with, UpstreamsTest* in) -> Task<> {
      co_await sleep(10s);
      EXPECT_TRUE(in->told_.empty());
      in->world_.kill(in->world_.host("b"));
      co_await sleep(10s);
      EXPECT_THAT(in->kinds(), ::testing::ElementsAre(Kind::failing));
      EXPECT_EQ(in->told_[0].url, "tcp://b:7000");
      EXPECT_THAT(in->told_[0].failure, ::testing::HasSubstr("refused"));
      std::string names = co_await in->connect_times(with, 6);
      EXPECT_EQ(names.find('b'), std::string::npos);
      in->world_.restart(in->world_.host("b"));
      co_await sleep(10s);
      EXPECT_THAT(in->kinds(), ::testing::ElementsAre(Kind::failing, Kind::healthy));
      std::string next = co_await in->connect(with);
      EXPECT_EQ(next, "b");
    };
    co_await with_scope(with_checks, network, test, +body, &*test->upstreams_);
  });
}

TEST_F(UpstreamsTest, connections_that_fail_count_as_checks_do) {
  options_.check_interval = 1h;
  run(
      [](Network network, UpstreamsTest* test) -> Task<> {
        co_await test->connect_times(network, 12);
        EXPECT_THAT(test->kinds(), ::testing::ElementsAre(Kind::failing));
        EXPECT_EQ(test->told_[0].url, "tcp://a:1");
      },
      {"tcp://a:1", "tcp://b:7000"});
}

TEST_F(UpstreamsTest, one_that_fails_is_better_than_none) {
  options_.check_interval = 1h;
  options_.fall = 1;
  run(
      [](Network network, UpstreamsTest* test) -> Task<> {
        test->world_.kill(test->world_.host("a"));
        co_await sleep(1s);
        std::string refused = co_await test->connect(network);
        EXPECT_EQ(refused, "?");
        EXPECT_THAT(test->kinds(), ::testing::ElementsAre(Kind::failing));
        test->world_.restart(test->world_.host("a"));
        co_await sleep(1s);
        std::string name = co_await test->connect(network);
        EXPECT_EQ(name, "a");
      },
      {"tcp://a:7000"});
}

TEST_F(UpstreamsTest, one_that_drains_keeps_its_connections_and_gets_no_more) {
  run([](Network network, UpstreamsTest* test) -> Task<> {
    co_await test->connect_times(network, 3);
    test->upstreams_->set({all[1], all[2]});
    EXPECT_THAT(test->kinds(), ::testing::ElementsAre(Kind::draining));
    EXPECT_EQ(test->told_[0].url, "tcp://a:7000");
    EXPECT_EQ(test->told_[0].connections, 1u);
    std::string names = co_await test->connect_times(network, 6);
    EXPECT_EQ(names.find('a'), std::string::npos);
    co_await test->held_.find("a")->second.stream.write_all("still here");
    Chunk back = co_await test->held_.find("a")->second.stream.read_some();
    EXPECT_EQ(back.text(), "still here");
    test->held_.erase("a");
    EXPECT_THAT(test->kinds(), ::testing::ElementsAre(Kind::draining, Kind::drained));
  });
}

TEST_F(UpstreamsTest, one_that_is_named_again_serves_again) {
  run([](Network network, UpstreamsTest* test) -> Task<> {
    co_await test->connect_times(network, 3);
    test->upstreams_->set({all[1]});
    test->upstreams_->set(all);
    test->held_.clear();
    co_await test->connect_times(network, 3);
    EXPECT_EQ(test->held_.count("a"), 1u);
    EXPECT_THAT(test->kinds(), ::testing::Not(::testing::Contains(Kind::drained)));
  });
}

TEST_F(UpstreamsTest, tell_how_they_are) {
  options_.check_interval = 1h;
  options_.fall = 2;
  run(
      [](Network network, UpstreamsTest* test) -> Task<> {
        co_await test->connect_times(network, 6);
        test->held_.erase(test->held_.begin());
        test->upstreams_->set({"tcp://a:1"});
        std::vector<UpstreamStatus> told = test->upstreams_->status();
        EXPECT_EQ(told.size(), 2u);
        EXPECT_EQ(told.front().url, "tcp://a:1");
        EXPECT_FALSE(told.front().healthy);
        EXPECT_EQ(told.front().connections, 0u);
        EXPECT_EQ(told.front().attempts, told.front().failures);
        EXPECT_GE(told.front().failures, 2u);
        EXPECT_EQ(told.back().url, "tcp://b:7000");
        EXPECT_TRUE(told.back().healthy && told.back().draining);
        EXPECT_EQ(told.back().connections, 5u);
        EXPECT_EQ(told.back().attempts, 6u);
        EXPECT_EQ(told.back().failures, 0u);
      },
      {"tcp://a:1", "tcp://b:7000"});
}

TEST_F(UpstreamsTest, says_so_when_all_drain) {
  run([](Network network, UpstreamsTest* test) -> Task<> {
    test->upstreams_->set({});
    co_await test->connect(network);
    EXPECT_THAT(test->failure_, ::testing::HasSubstr("all of them drain"));
  });
}

TEST_F(UpstreamsTest, a_list_that_can_not_be_read_changes_nothing) {
  run([](Network network, UpstreamsTest* test) -> Task<> {
    EXPECT_THROW(test->upstreams_->set({"tcp://b:7000", "tcp://b:x"}), Error);
    EXPECT_THROW(test->upstreams_->set({"tcp://b:7000", "b"}), Error);
    EXPECT_THROW(test->upstreams_->set({"tcp://b:7000", "http://b:80"}), Error);
    EXPECT_TRUE(test->told_.empty());
    std::string names = co_await test->connect_times(network, 3);
    EXPECT_EQ(names.size(), 3u);
  });
}

// What an upstream is told first; it is sent back by the echo.
TEST_F(UpstreamsTest, are_told_who_the_client_is) {
  options_.proxy = ProxyVersion::v1;
  run([](Network network, UpstreamsTest* test) -> Task<> {
    std::string name = co_await test->connect(network, "192.0.2.9");
    Chunk back = co_await test->held_.find(name)->second.stream.read_some();
    EXPECT_EQ(back.text(), "PROXY TCP4 192.0.2.9 10.0.0.1 50000 80\r\n");
  });
}

}  // namespace
}  // namespace bowline
