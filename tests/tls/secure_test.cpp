#include "bowline/tls/secure.h"

#include "tests/support/tls_link.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TlsVersion both_versions[] = {TlsVersion::v1_2, TlsVersion::v1_3};

std::string pattern(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  for (char& byte : text) byte = char((seed = seed * 1664525u + 1013904223u) >> 24);
  return text;
}

Task<> send_all_of(Stream& stream, std::string text) {
  co_await stream.write_all(text);
  co_await stream.write_end();
}

Task<> receive_all_of(Stream& stream, std::string& into) {
  while (Chunk chunk = co_await stream.read_some()) into += chunk.text();
}

class Secure : public TlsLinkTest {
 public:
  // What each end sends, and what came of it.
  std::string up = pattern(700'000, 1);
  std::string down = pattern(900'000, 2);
  std::string at_server;
  std::string at_client;
  std::size_t read_size = 0;
  bool resumed = false;

  static Task<> exchange(Scope& scope, TlsLinkTest* test) {
    auto& self = static_cast<Secure&>(*test);
    scope.start(send_all_of(self.client, self.up));
    scope.start(send_all_of(self.server, self.down));
    scope.start(receive_all_of(self.client, self.at_client));
    scope.start(receive_all_of(self.server, self.at_server));
    co_return;
  }
};

TEST_F(Secure, carries_much_both_ways_at_once_however_it_is_cut) {
  for (TlsVersion version : both_versions) {
    terms.set_version(version);
    for (std::size_t size : {1, 5, 6, 100, 1319, 4096}) {
      piece = size;
      up = pattern(size < 100 ? 30'000 : 700'000, 1);
      down = pattern(size < 100 ? 40'000 : 900'000, 2);
      at_server.clear();
      at_client.clear();
      link(exchange);
      EXPECT_TRUE(at_server == up) << size << ' ' << server_error;
      EXPECT_TRUE(at_client == down) << size << ' ' << client_error;
    }
  }
}

TEST_F(Secure, gives_the_same_bytes_to_reads_of_any_size) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    auto& self = static_cast<Secure&>(*test);
    scope.start(send_all_of(self.server, self.down));
    std::string memory(self.read_size, '\0');
    for (;;) {
      std::size_t count = co_await self.client.read_some(writable(memory));
      if (count == 0) break;
      self.at_client.append(memory, 0, count);
    }
  };
  down = pattern(50'000, 3);
  for (std::size_t size : {1, 2, 3, 7, 1299, 1300, 1301, 16383, 16384, 16385, 60000}) {
    read_size = size;
    at_client.clear();
    link(body);
    EXPECT_TRUE(at_client == down) << size;
  }
}

TEST_F(Secure, half_closed_still_carries_the_answer) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    scope.start(send_all_of(test->client, "question"));
    std::string question;
    co_await receive_all_of(test->server, question);
    EXPECT_EQ(question, "question");
    scope.start(send_all_of(test->server, "answer"));
    std::string answer;
    co_await receive_all_of(test->client, answer);
    EXPECT_EQ(answer, "answer");
    Chunk after = co_await test->client.read_some();
    EXPECT_TRUE(after.empty());
  };
  for (TlsVersion version : both_versions) {
    terms.set_version(version);
    link(body);
  }
}

TEST_F(Secure, a_stream_that_goes_says_goodbye) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    auto leave = [](Stream* stream) -> Task<> {
      co_await stream->write_all("last words");
      *stream = Stream();
    };
    scope.start(leave(&test->client));
    std::string words;
    co_await receive_all_of(test->server, words);
    EXPECT_EQ(words, "last words");
  };
  link(body);
}

TEST_F(Secure, a_cut_is_told_from_an_end) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    auto& self = static_cast<Secure&>(*test);
    auto write = [](Stream& stream) -> Task<> { co_await stream.write_all("a part"); };
    scope.start(write(test->client));
    Chunk chunk = co_await test->server.read_some();
    EXPECT_EQ(chunk.text(), "a part");
    self.cut();
    Result<Chunk> cut = co_await attempt(test->server.read_some());
    EXPECT_FALSE(cut.ok());
    if (cut) co_return;
    EXPECT_TRUE(cut.error().is(std::errc::connection_reset));
    EXPECT_THAT(cut.error().what(), HasSubstr("close_notify"));
    Result<Chunk> again = co_await attempt(test->server.read_some());
    EXPECT_FALSE(again.ok());
  };
  link(body);
}

TEST_F(Secure, the_end_is_not_told_twice_as_a_cut) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    scope.start(send_all_of(test->client, "all"));
    std::string text;
    co_await receive_all_of(test->server, text);
    static_cast<Secure&>(*test).cut();
    Chunk end = co_await test->server.read_some();
    EXPECT_TRUE(end.empty());
    EXPECT_EQ(text, "all");
  };
  link(body);
}

TEST_F(Secure, an_accept_of_a_silent_client_ends_at_its_deadline) {
  contexts();
  auto body = [](TlsLinkTest* test, Loop* loop) -> Task<> {
    auto [near, far] = make_pipe(*loop);
    Task<Stream> accepting = accept_tls(Network(*loop), std::move(far), *test->server_context);
    Result<Stream> made = co_await attempt(within(5s, std::move(accepting)));
    EXPECT_TRUE(!made && made.error().timed_out());
    Chunk end = co_await near.read_some();
    EXPECT_TRUE(end.empty());
  };
  run(body(this, &loop_));
}

TEST_F(Secure, a_handshake_may_be_cancelled_at_any_moment) {
  contexts();
  auto cancelled_after = [](Scope& scope, TlsLinkTest* test, int turns) -> Task<> {
    scope.start(link_both(scope, test, exchange));
    for (int turn = 0; turn < turns; ++turn) co_await yield();
    scope.cancel();
  };
  up = down = pattern(100'000, 1);
  for (int turns = 0; turns < 120; ++turns) {
    Task<> all = with_scope(cancelled_after, this, turns);
    auto quiet = [](Task<> task) -> Task<> { Result<void> ended = co_await attempt(std::move(task)); };
    run(quiet(std::move(all)));
    client = Stream();
    server = Stream();
  }
}

TEST_F(Secure, a_certificate_for_another_host_is_explained_to_both) {
  terms.host = "example.org";
  link();
  EXPECT_THAT(client_error, HasSubstr("connect to tls://example.org:1: "));
  EXPECT_THAT(client_error, HasSubstr("localhost"));
  EXPECT_THAT(server_error, HasSubstr("TLS handshake with pipe:"));
}

TEST_F(Secure, an_unknown_authority_is_explained_to_both) {
  terms.client.ca = PemSource::of_text(test_authority().certificate);
  link();
  EXPECT_THAT(client_error, HasSubstr("--ca"));
  EXPECT_THAT(server_error, HasSubstr("client"));
}

TEST_F(Secure, a_client_without_TLS_is_explained) {
  contexts();
  auto body = [](Scope& scope, TlsLinkTest* test, Loop* loop) -> Task<> {
    auto [near, far] = make_pipe(*loop);
    scope.start(accept(test, std::move(far)));
    co_await near.write_all("GET / HTTP/1.1\r\n\r\n");
    Result<Chunk> answer = co_await attempt(near.read_some());
  };
  run(with_scope(body, this, &loop_));
  EXPECT_THAT(server_error, HasSubstr("HTTP"));
}

TEST_F(Secure, a_server_without_TLS_is_explained) {
  contexts();
  auto body = [](Scope& scope, TlsLinkTest* test, Loop* loop) -> Task<> {
    auto [near, far] = make_pipe(*loop);
    scope.start(connect(test, std::move(near)));
    Chunk hello = co_await far.read_some();
    EXPECT_FALSE(hello.empty());
    co_await far.write_all("220 mail.example.org ESMTP\r\n");
  };
  run(with_scope(body, this, &loop_));
  EXPECT_THAT(client_error, HasSubstr("TLS"));
}

TEST_F(Secure, tells_the_handler_who_the_client_is) {
  PemPair alice = certificate_for({"alice"}, &terms.authority, CertificateUse::client);
  terms.server.client_certificates = ClientCertificates::required;
  terms.server.client_ca = PemSource::of_text(terms.authority.certificate);
  terms.client.certificate = shown(alice);
  auto body = [](Scope&, TlsLinkTest* test) -> Task<> {
    std::optional<TlsFacts> facts = tls_facts(test->server);
    EXPECT_TRUE(facts->verified);
    EXPECT_EQ(facts->peer->subject, "CN=alice");
    co_return;
  };
  for (TlsVersion version : both_versions) {
    terms.set_version(version);
    link(body);
    EXPECT_EQ(server_error, "");
  }
}

// With TLS 1.3 a client has shaken hands before the server looks at its certificate.
TEST_F(Secure, a_missing_client_certificate_is_explained_to_both) {
  terms.server.client_certificates = ClientCertificates::required;
  terms.server.client_ca = PemSource::of_text(terms.authority.certificate);
  auto read = [](TlsLinkTest* test, std::string* told) -> Task<> {
    Result<Chunk> chunk = co_await attempt(test->client.read_some());
    *told = chunk ? "nothing" : chunk.error().what();
  };
  auto both = [](Scope& scope, TlsLinkTest* test, Loop* loop, auto reading,
                 std::string* told) -> Task<> {
    auto [near, far] = make_pipe(*loop);
    scope.start(accept(test, std::move(far)));
    co_await connect(test, std::move(near));
    if (test->client_error.empty()) co_await reading(test, told);
    test->client = Stream();
  };
  for (TlsVersion version : both_versions) {
    terms.set_version(version);
    contexts();
    client_error.clear();
    server_error.clear();
    std::string told;
    run(with_scope(both, this, &loop_, read, &told));
    EXPECT_THAT(server_error, HasSubstr("certificate"));
    EXPECT_THAT(client_error + told, HasSubstr("certificate"));
  }
}

TEST_F(Secure, shows_the_certificate_for_the_host_that_is_asked_for) {
  terms.server.certificates.push_back(
      shown(certificate_for({"other.example.org"}, &terms.authority)));
  auto body = [](Scope&, TlsLinkTest* test) -> Task<> {
    std::optional<TlsFacts> seen = tls_facts(test->client);
    EXPECT_THAT(seen->peer->names, ElementsAre(test->terms.host));
    EXPECT_EQ(tls_facts(test->server)->server_name, test->terms.host);
    co_return;
  };
  for (const char* host : {"localhost", "other.example.org"}) {
    terms.host = host;
    link(body);
    EXPECT_EQ(client_error, "");
  }
}

TEST_F(Secure, agrees_on_a_protocol_on_top) {
  terms.server.alpn = {"h2", "http/1.1"};
  terms.client.alpn = {"http/1.1"};
  auto body = [](Scope&, TlsLinkTest* test) -> Task<> {
    EXPECT_EQ(tls_facts(test->client)->alpn, "http/1.1");
    EXPECT_EQ(tls_facts(test->server)->alpn, "http/1.1");
    co_return;
  };
  link(body);
}

TEST_F(Secure, the_second_handshake_is_a_short_one) {
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    auto& self = static_cast<Secure&>(*test);
    self.resumed = tls_facts(test->client)->resumed;
    // Tickets of TLS 1.3 come with what is read.
    co_await exchange(scope, test);
  };
  for (TlsVersion version : both_versions) {
    terms.set_version(version);
    terms.client.sessions = std::make_shared<TlsSessionCache>();
    contexts();
    run(with_scope(link_both, this, body));
    EXPECT_FALSE(resumed);
    run(with_scope(link_both, this, body));
    EXPECT_TRUE(resumed);
  }
}

TEST_F(Secure, a_reload_changes_nothing_for_who_is_connected) {
  contexts();
  auto body = [](Scope& scope, TlsLinkTest* test) -> Task<> {
    Result<void> reloaded = test->server_context->reload();
    EXPECT_TRUE(reloaded.ok());
    co_await exchange(scope, test);
  };
  run(with_scope(link_both, this, body));
  EXPECT_TRUE(at_server == up && at_client == down);
}

TEST_F(Secure, a_stream_without_TLS_has_no_facts) {
  auto [near, far] = make_pipe(loop_);
  EXPECT_FALSE(tls_facts(near).has_value());
}

TEST_F(Secure, says_where_it_leads) {
  auto body = [](Scope&, TlsLinkTest* test) -> Task<> {
    EXPECT_EQ(test->client.peer_url(), "tls+pipe:");
    co_return;
  };
  link(body);
}

}  // namespace
}  // namespace bowline
