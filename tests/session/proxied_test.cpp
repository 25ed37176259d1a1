#include "bowline/session/proxied.h"

#include "bowline/net/pipe.h"
#include "tests/support/cuts.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedTransport;

// What `pieces`, which come from a Unix socket, are to a server that trusts `proxy`.
struct Outcome {
  std::string peer;
  std::string local;
  std::string bytes;
  std::string failure;
};

class ProxiedTest : public testing::VirtualLoopTest {
 protected:
  Outcome accept(std::deque<std::string> pieces, const std::string& proxy = "unix") {
    auto transport = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), 0, true);
    std::vector<AddressRange> trusted = {AddressRange::parse(proxy).value()};
    Outcome outcome;
    run(accept_into(Stream(std::move(transport)), trusted, outcome));
    return outcome;
  }

 private:
  static Task<> accept_into(Stream stream, const std::vector<AddressRange>& trusted,
                            Outcome& outcome) {
    Result<Stream> accepted = co_await attempt(accept_proxied(std::move(stream), trusted));
    if (!accepted) {
      outcome.failure = accepted.error().what();
      co_return;
    }
    outcome.peer = accepted->peer_url();
    outcome.local = accepted->local_address().text();
    while (Chunk chunk = co_await accepted->read_some()) outcome.bytes += chunk.text();
  }
};

TEST_F(ProxiedTest, the_peer_is_the_client_however_the_bytes_arrive) {
  for (auto pieces : testing::some_cuts("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nhello")) {
    Outcome outcome = accept(pieces);
    EXPECT_EQ(outcome.failure, "");
    EXPECT_EQ(outcome.peer, "tcp://192.0.2.1:56324");
    EXPECT_EQ(outcome.local, "198.51.100.1:443");
    EXPECT_EQ(outcome.bytes, "hello");
  }
}

TEST_F(ProxiedTest, a_proxy_that_speaks_for_itself_keeps_its_address) {
  Outcome outcome = accept({"PROXY UNKNOWN\r\nhello"});
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(outcome.peer.find("tcp://"), std::string::npos);
  EXPECT_EQ(outcome.bytes, "hello");
}

TEST_F(ProxiedTest, who_is_not_trusted_is_refused_whatever_it_says) {
  Outcome outcome = accept({"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"}, "10.0.0.0/8");
  EXPECT_THAT(outcome.failure, HasSubstr("the peer is not trusted"));
  EXPECT_EQ(outcome.peer, "");
}

TEST_F(ProxiedTest, says_why_a_header_is_refused) {
  EXPECT_THAT(accept({"GET / HTTP/1.1\r\n"}).failure, HasSubstr("did not begin with a PROXY"));
  EXPECT_THAT(accept({"PROXY TCP4 1.2.3.4 "}).failure, HasSubstr("header is not whole"));
  EXPECT_THAT(accept({}).failure, HasSubstr("header is not whole"));
}

Task<> header_of_an_end(Loop& loop, std::string& text) {
  auto [one, other] = make_pipe(loop);
  text = proxy_header_for(one, ProxyVersion::v1);
  co_return;
}

TEST_F(ProxiedTest, a_client_without_an_address_is_told_as_unknown) {
  std::string text;
  run(header_of_an_end(loop_, text));
  EXPECT_EQ(text, "PROXY UNKNOWN\r\n");
}

}  // namespace
}  // namespace bowline
