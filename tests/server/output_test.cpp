#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"
#include "tests/support/tls_pair.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

// What a connection costs whose peer never reads, while its handler never stops writing.
namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t output_max = 32 * 1024;
constexpr std::size_t peer_holds = 64 * 1024;
constexpr std::size_t message_size = 10'000;

struct Written {
  std::size_t size = 0;  // bytes that writes have ended for
  std::string failure;
};

Task<> write_without_end(MessageStream messages, Written* written) {
  std::string message(message_size, 'x');
  for (;;) {
    Result<void> sent = co_await attempt(messages.send(message));
    if (!sent) {
      written->failure = sent.error().what();
      co_return;
    }
    written->size += message.size();
  }
}

class OutputTest : public ::testing::TestWithParam<const char*> {
 protected:
  OutputTest() {
    options_.limits.output_max = output_max;
    options_.limits.idle_timeout = 60s;
    options_.open.framing.kind = Framing::Kind::length;
    testing::TlsTerms terms;
    terms.server.certificates = {
        testing::shown(testing::certificate_for({"server"}, &terms.authority))};
    options_.open.tls = std::make_shared<TlsContext>(TlsContext::server(terms.server).value());
    client_.tls = std::make_shared<TlsContext>(TlsContext::client(terms.client).value());
  }

  void run(std::string scheme) {
    world_.host("server").start([this, scheme](Network network) { return serve(network, scheme); });
    world_.run_for(1ms);
    world_.host("client").start([this, scheme](Network network) { return stay(network, scheme); });
  }

  Written written_;

 private:
  Task<> serve(Network network, std::string scheme) {
    Server server(network, options_);
    server.add(scheme + "://:7000",
               [this](Stream stream) { return write_without_end(std::move(stream), &written_); });
    co_await server.serve();
  }
  Task<> stay(Network network, std::string scheme) {
    Stream stream = co_await connect(network, scheme + "://server:7000", client_);
    co_await sleep(forever);
  }

  ServerOptions options_;
  ConnectOptions client_;

 protected:
  sim::World world_;  // ends first: what runs in it knows the others
};

// TLS makes records of a part of a message at a time, 64 KiB or some more.
TEST_P(OutputTest, is_bounded_and_then_the_writer_waits) {
  run(GetParam());
  world_.run_for(30s);
  EXPECT_GE(written_.size, output_max);
  EXPECT_LE(written_.size, output_max + peer_holds + 80 * 1024 + message_size);
  EXPECT_EQ(written_.failure, "");
}

TEST_P(OutputTest, is_let_go_when_nothing_moved_for_too_long) {
  run(GetParam());
  world_.run_for(150s);
  EXPECT_NE(written_.failure, "");
}

INSTANTIATE_TEST_SUITE_P(Schemes, OutputTest, ::testing::Values("tcp", "ws", "tls", "wss"));

}  // namespace
}  // namespace bowline
