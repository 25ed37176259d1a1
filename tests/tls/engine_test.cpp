#include "bowline/tls/engine.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <malloc.h>

#include <random>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Time start = Time(std::chrono::hours(1));
constexpr TlsVersion both_versions[] = {TlsVersion::v1_2, TlsVersion::v1_3};

TEST(TlsEngine, carries_bytes_both_ways) {
  for (TlsVersion version : both_versions) {
    TlsTerms terms;
    terms.set_version(version);
    TlsPair pair(terms);
    pair.run();
    ASSERT_TRUE(pair.open());
    EXPECT_EQ(pair.client.write("hello", start), 5u);
    EXPECT_EQ(pair.server.write("welcome", start), 7u);
    EXPECT_EQ(pair.client.output().bytes().text().find("hello"), std::string::npos);
    pair.run();
    EXPECT_EQ(pair.at_server, "hello");
    EXPECT_EQ(pair.at_client, "welcome");
  }
}

TEST(TlsEngine, does_not_depend_on_how_bytes_arrive) {
  for (TlsVersion version : both_versions) {
    for (std::size_t piece : {1, 2, 3, 4, 5, 6, 7, 64, 100, 999}) {
      TlsTerms terms;
      terms.set_version(version);
      TlsPair pair(terms);
      pair.run(piece);
      ASSERT_TRUE(pair.open()) << piece;
      pair.client.write("one", start);
      pair.client.write("two", start);
      pair.client.end();
      pair.run(piece);
      EXPECT_EQ(pair.at_server, "onetwo");
      EXPECT_EQ(pair.server.state(), TlsState::ended);
    }
  }
}

// The server's first flight, cut at each place.
TEST(TlsEngine, goes_on_wherever_a_flight_was_cut) {
  TlsTerms terms;
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  std::size_t size = 1;
  for (std::size_t at = 1; at < size; at += 3) {
    TlsPair pair(server, client);
    feed(pair.server, take_output(pair.client));
    std::string flight = take_output(pair.server);
    size = flight.size();  // not always the same: signatures differ by a byte or two
    if (at >= size) break;
    feed(pair.client, flight.substr(0, at));
    EXPECT_EQ(pair.client.state(), TlsState::handshaking);
    feed(pair.client, flight.substr(at));
    EXPECT_EQ(pair.client.state(), TlsState::open) << at;
  }
}

TEST(TlsEngine, carries_much_both_ways) {
  TlsTerms terms;
  TlsPair pair(terms);
  pair.run();
  std::string much(3 << 20, 'a');
  std::mt19937 chance(1);
  for (char& byte : much) byte = char(chance());
  std::size_t up = 0;
  std::size_t down = 0;
  while (up < much.size() || down < much.size()) {
    up += pair.client.write(Bytes(much).after(up), start);
    down += pair.server.write(Bytes(much).after(down), start);
    EXPECT_LE(pair.client.output().size(), TlsEngine::output_wish + 17'000);
    pair.run();
  }
  EXPECT_TRUE(pair.at_server == much);
  EXPECT_TRUE(pair.at_client == much);
}

TEST(TlsEngine, says_what_was_agreed_on) {
  TlsTerms terms;
  terms.server.alpn = {"b", "a"};
  terms.client.alpn = {"a", "b"};
  TlsPair pair(terms);
  pair.run();
  TlsFacts facts = pair.client.facts();
  EXPECT_EQ(facts.version, "TLSv1.3");
  EXPECT_EQ(facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(facts.alpn, "b");
  EXPECT_EQ(facts.server_name, "localhost");
  EXPECT_FALSE(facts.resumed);
  EXPECT_TRUE(facts.verified);
  ASSERT_TRUE(facts.peer);
  EXPECT_THAT(facts.peer->names, ElementsAre("localhost"));
  EXPECT_EQ(pair.server.facts().server_name, "localhost");
  EXPECT_EQ(pair.server.facts().alpn, "b");
  EXPECT_FALSE(pair.server.facts().peer);
}

TEST(TlsEngine, has_no_facts_before_it_is_open) {
  TlsPair pair{TlsTerms()};
  EXPECT_EQ(pair.client.facts().version, "");
}

TEST(TlsEngine, ends_each_direction_for_itself) {
  for (TlsVersion version : both_versions) {
    TlsTerms terms;
    terms.set_version(version);
    TlsPair pair(terms);
    pair.run();
    pair.client.write("last", start);
    pair.client.end();
    EXPECT_EQ(pair.client.write("more", start), 0u);
    pair.run();
    EXPECT_EQ(pair.at_server, "last");
    EXPECT_EQ(pair.server.state(), TlsState::ended);
    EXPECT_EQ(pair.client.state(), TlsState::open);
    EXPECT_EQ(pair.server.write("answer", start), 6u);
    pair.server.end();
    pair.run();
    EXPECT_EQ(pair.at_client, "answer");
    EXPECT_EQ(pair.client.state(), TlsState::ended);
    pair.client.receive_end();
    EXPECT_EQ(pair.client.state(), TlsState::ended);
  }
}

TEST(TlsEngine, tells_a_cut_from_an_end) {
  TlsPair pair{TlsTerms()};
  pair.run();
  pair.client.write("last", start);
  std::string bytes = take_output(pair.client);
  EXPECT_EQ(feed(pair.server, bytes), "last");
  EXPECT_EQ(pair.server.state(), TlsState::open);
  pair.server.receive_end();
  EXPECT_EQ(pair.server.state(), TlsState::truncated);
}

TEST(TlsEngine, gives_what_came_before_a_cut) {
  TlsPair pair{TlsTerms()};
  pair.run();
  pair.client.write("last", start);
  std::string bytes = take_output(pair.client);
  std::string into(2, '\0');
  pair.server.receive(bytes);
  EXPECT_EQ(pair.server.read(writable(into)), 2);
  EXPECT_EQ(pair.server.input_left(), 0u);
  pair.server.receive_end();
  EXPECT_EQ(pair.server.state(), TlsState::open);
  EXPECT_EQ(pair.server.read(writable(into)), 2);
  EXPECT_EQ(into, "st");
  EXPECT_EQ(pair.server.read(writable(into)), 0);
  EXPECT_EQ(pair.server.state(), TlsState::truncated);
}

TEST(TlsEngine, takes_nothing_before_it_is_open) {
  TlsPair pair{TlsTerms()};
  EXPECT_EQ(pair.client.write("early", start), 0u);
  EXPECT_EQ(pair.server.write("early", start), 0u);
}

TEST(TlsEngine, stops_taking_when_the_output_is_full) {
  TlsPair pair{TlsTerms()};
  pair.run();
  std::string much(1 << 20, 'x');
  std::size_t taken = pair.server.write(much, start);
  EXPECT_GE(taken, TlsEngine::output_wish / 2);
  EXPECT_LT(taken, TlsEngine::output_wish * 2);
  EXPECT_EQ(pair.server.write(much, start), 0u);
}

TEST(TlsEngine, begins_with_small_records_and_again_after_a_pause) {
  TlsPair pair{TlsTerms()};
  pair.run();
  auto records = [&pair](Time now) {
    pair.server.write(std::string(20'000, 'x'), now);
    std::string bytes = take_output(pair.server);
    feed(pair.client, bytes);
    return (bytes.size() - 20'000) / 20;
  };
  EXPECT_GE(records(start), 15u);
  for (int count = 0; count < 4; ++count) records(start);
  EXPECT_EQ(records(start), 2u);
  EXPECT_EQ(records(start + std::chrono::milliseconds(900)), 2u);
  EXPECT_GE(records(start + std::chrono::seconds(2)), 15u);
}

// One record's buffer alone would be 16 KiB. Where a sanitizer has the allocator's place, this sees
// nothing.
TEST(TlsEngine, holds_no_buffer_when_idle) {
  constexpr std::size_t count = 50;
  TlsTerms terms;
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  TlsPair(server, client).run();
  std::vector<TlsEngine> idle;
  idle.reserve(count);
  std::size_t before = ::mallinfo2().uordblks;
  for (std::size_t index = 0; index < count; ++index) {
    TlsPair pair(server, client);
    pair.run();
    pair.client.write("hello", start);
    pair.server.write("hello", start);
    pair.run();
    idle.push_back(std::move(pair.server));
  }
  EXPECT_LT((::mallinfo2().uordblks - before) / count, 16u << 10);
}

TEST(TlsEngine, can_be_moved) {
  TlsPair pair{TlsTerms()};
  TlsEngine moved = std::move(pair.client);
  pair.client = std::move(moved);
  pair.run();
  EXPECT_TRUE(pair.open());
}

TEST(TlsEngine, takes_a_short_handshake_the_next_time) {
  for (TlsVersion version : both_versions) {
    TlsTerms terms;
    terms.set_version(version);
    terms.client.sessions = std::make_shared<TlsSessionCache>();
    TlsContext server = TlsContext::server(terms.server).value();
    TlsContext client = TlsContext::client(terms.client).value();
    for (int turn = 0; turn < 4; ++turn) {
      TlsPair pair(server, client);
      pair.run();
      ASSERT_TRUE(pair.open());
      EXPECT_EQ(pair.client.facts().resumed, turn > 0);
      EXPECT_EQ(pair.server.facts().resumed, turn > 0);
      EXPECT_TRUE(pair.client.facts().verified);
      ASSERT_TRUE(pair.client.facts().peer);
    }
    TlsEngine other(client, "localhost", 444);
    TlsEngine peer(server);
    feed(peer, take_output(other));
    feed(other, take_output(peer));
    EXPECT_FALSE(other.facts().resumed);
  }
}

TEST(TlsEngine, never_takes_a_session_of_other_terms) {
  TlsTerms terms;
  auto sessions = std::make_shared<TlsSessionCache>();
  TlsContext server = TlsContext::server(terms.server).value();
  TlsClientOptions careless{.insecure = true, .sessions = sessions};
  TlsPair first(server, TlsContext::client(careless).value());
  first.run();
  EXPECT_EQ(sessions->size(), 1u);
  terms.client.sessions = sessions;
  TlsPair second(server, TlsContext::client(terms.client).value());
  second.run();
  EXPECT_FALSE(second.client.facts().resumed);
}

}  // namespace
}  // namespace bowline
