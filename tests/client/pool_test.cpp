#include "bowline/client/pool.h"

#include "tests/client/client_world.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::serve_talks;
using testing::Talk;

// Says which connection it is, then echoes lines; "bye" ends it.
int served = 0;

Task<> talk(Network, Stream stream) {
  std::string name = std::to_string(++served) + "\n";
  co_await stream.write_all(name);
  while (auto line = co_await stream.read_line()) {
    if (*line == "bye") break;
    co_await stream.write_all(std::string(*line) + "\n");
  }
}

Task<> read_name(Stream& stream) {
  auto name = co_await stream.read_line();
  if (!name) throw make_error(make_error_code(Errc::ended_early), "read the server's name");
}

class PoolTest : public ::testing::Test {
 protected:
  using Use = Task<> (*)(Scope& scope, Network network, Pool* pool);

  PoolTest() {
    served = 0;
    options_.prepare = read_name;
    world_.host("server").start(serve_talks, Talk(talk));
  }

  void use(Use body) {
    bool over = false;
    auto program = [this, body, &over](Network network) { return with_pool(network, body, &over); };
    world_.host("client").start(program);
    EXPECT_TRUE(world_.run_until([&] { return over; }, 1h));
  }

  PoolOptions options_;
  sim::World world_;

 private:
  Task<> with_pool(Network network, Use body, bool* over) {
    Pool pool(network, "tcp://server:7000", options_);
    co_await with_scope(body, network, &pool);
    *over = true;
  }
};

Task<std::string> ask(Stream& stream, std::string text) {
  co_await stream.write_all(text + "\n");
  auto answer = co_await stream.read_line();
  co_return std::string(answer.value_or("nothing"));
}

Task<> ask_once(Pool* pool, std::string text) {
  Lease lease = co_await pool->take();
  std::string answer = co_await ask(*lease, text);
  EXPECT_EQ(answer, text);
  lease.done();
}

TEST_F(PoolTest, lends_the_same_connection_again) {
  use([](Scope&, Network, Pool* pool) -> Task<> {
    for (int count = 0; count < 3; ++count) co_await ask_once(pool, "hello");
    EXPECT_EQ(served, 1);
    EXPECT_EQ(pool->count(), 1u);
    EXPECT_EQ(pool->idle_count(), 1u);
  });
}

TEST_F(PoolTest, opens_as_many_as_are_needed_at_once_and_no_more) {
  options_.count_max = 2;
  use([](Scope& scope, Network, Pool* pool) -> Task<> {
    for (int count = 0; count < 10; ++count) scope.start(ask_once(pool, std::to_string(count)));
    co_await sleep(1s);
    EXPECT_EQ(served, 2);
    EXPECT_EQ(pool->idle_count(), 2u);
  });
}

TEST_F(PoolTest, has_who_wants_one_wait_with_a_deadline) {
  options_.count_max = 1;
  use([](Scope&, Network, Pool* pool) -> Task<> {
    Lease lease = co_await pool->take();
    Result<Lease> second = co_await attempt(within(1s, pool->take()));
    EXPECT_TRUE(second.error().timed_out());
  });
}

TEST_F(PoolTest, closes_what_nobody_wants) {
  use([](Scope&, Network, Pool* pool) -> Task<> {
    co_await ask_once(pool, "hello");
    co_await sleep(59s);
    EXPECT_EQ(pool->count(), 1u);
    co_await sleep(2s);
    EXPECT_EQ(pool->count(), 0u);
    co_await ask_once(pool, "again");
    EXPECT_EQ(served, 2);
  });
}

TEST_F(PoolTest, replaces_what_the_server_has_closed) {
  use([](Scope&, Network, Pool* pool) -> Task<> {
    {
      Lease lease = co_await pool->take();
      co_await lease->write_all("bye\n");
      lease.done();
    }
    co_await sleep(1s);
    co_await ask_once(pool, "hello");
    EXPECT_EQ(served, 2);
    EXPECT_EQ(pool->count(), 1u);
  });
}

TEST_F(PoolTest, lends_none_on_which_an_answer_was_left) {
  use([](Scope&, Network, Pool* pool) -> Task<> {
    {
      Lease lease = co_await pool->take();
      co_await lease->write_all("forgotten\n");
      lease.done();
    }
    co_await sleep(1s);
    co_await ask_once(pool, "hello");
    EXPECT_EQ(served, 2);
  });
}

Task<> fail(Lease lease) {
  co_await ask(*lease, "hello");
  throw make_error(EPROTO, "talk");
}

TEST_F(PoolTest, closes_what_was_not_given_back) {
  use([](Scope&, Network, Pool* pool) -> Task<> {
    Lease lease = co_await pool->take();
    Result<void> used = co_await attempt(fail(std::move(lease)));
    EXPECT_FALSE(used);
    EXPECT_EQ(pool->count(), 0u);
  });
}

TEST_F(PoolTest, asks_before_it_lends_again) {
  options_.check = [](Stream& stream) -> Task<> {
    std::string answer = co_await ask(stream, "well?");
    if (answer != "well?") throw make_error(EPROTO, "check");
  };
  use([](Scope&, Network, Pool* pool) -> Task<> {
    co_await ask_once(pool, "hello");
    co_await ask_once(pool, "hello");
    EXPECT_EQ(served, 1);
  });
  options_.check = [](Stream&) -> Task<> { co_await sleep(1h); };
  served = 0;
  use([](Scope&, Network, Pool* pool) -> Task<> {
    co_await ask_once(pool, "hello");
    co_await ask_once(pool, "hello");
    EXPECT_EQ(served, 2);
    EXPECT_EQ(pool->count(), 1u);
  });
}

TEST_F(PoolTest, gives_the_place_of_what_could_not_be_opened_to_others) {
  options_.count_max = 1;
  options_.connect_timeout = 1s;
  use([](Scope&, Network, Pool* pool) -> Task<> {
    for (int count = 0; count < 3; ++count) {
      Result<Lease> lease = co_await attempt(within(0s, pool->take()));
      EXPECT_TRUE(lease.error().timed_out());
    }
    EXPECT_EQ(pool->count(), 0u);
    co_await ask_once(pool, "hello");
  });
}

}  // namespace
}  // namespace bowline
