#include "bowline/tls/context.h"

#include "tests/support/folder.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string error_of(const TlsServerOptions& options) {
  Result<TlsContext> context = TlsContext::server(options);
  return context ? "no error" : context.error().what();
}

// The first name of the certificate that a client gets who asks for `host` and trusts anybody.
std::string shown_to(const TlsContext& server, const std::string& host) {
  TlsPair pair(server, TlsContext::client({.insecure = true}).value(), host);
  pair.run();
  return pair.client.facts().peer ? pair.client.facts().peer->names.at(0) : "nothing";
}

TEST(TlsContext, shows_the_certificate_for_the_name_asked_for) {
  TlsServerOptions options;
  for (const char* name : {"first.org", "*.second.org", "b.second.org", "Third.org"}) {
    options.certificates.push_back(shown(certificate_for({name})));
  }
  TlsContext server = TlsContext::server(options).value();
  EXPECT_EQ(shown_to(server, "first.org"), "first.org");
  EXPECT_EQ(shown_to(server, "a.second.org"), "*.second.org");
  EXPECT_EQ(shown_to(server, "A.SECOND.org"), "*.second.org");
  EXPECT_EQ(shown_to(server, "b.second.org"), "b.second.org");
  EXPECT_EQ(shown_to(server, "third.org"), "Third.org");
  EXPECT_EQ(shown_to(server, "a.b.second.org"), "first.org");
  EXPECT_EQ(shown_to(server, "second.org"), "first.org");
  EXPECT_EQ(shown_to(server, "unknown"), "first.org");
  EXPECT_EQ(shown_to(server, "127.0.0.1"), "first.org");
}

TEST(TlsContext, checks_names_wildcards_and_ip_addresses) {
  TlsTerms terms;
  terms.server.certificates = {
      shown(certificate_for({"*.example.org", "127.0.0.1", "::1"}, &terms.authority))};
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  auto trusts = [&](const std::string& host) {
    TlsPair pair(server, client, host);
    pair.run();
    return pair.open();
  };
  EXPECT_TRUE(trusts("www.example.org"));
  EXPECT_TRUE(trusts("WWW.Example.org."));
  EXPECT_TRUE(trusts("127.0.0.1"));
  EXPECT_TRUE(trusts("::1"));
  EXPECT_FALSE(trusts("example.org"));
  EXPECT_FALSE(trusts("a.b.example.org"));
  EXPECT_FALSE(trusts("127.0.0.2"));
}

TEST(TlsContext, trusts_anybody_when_told_to) {
  TlsTerms terms;
  terms.client = {.insecure = true};
  terms.host = "example.org";
  TlsPair pair(terms);
  pair.run();
  EXPECT_TRUE(pair.open());
  EXPECT_FALSE(pair.client.facts().verified);
  EXPECT_TRUE(pair.client.facts().peer);
}

TEST(TlsContext, trusts_by_default_what_the_system_trusts) {
  TlsTerms terms;
  terms.client = {};
  TlsPair pair(terms);
  pair.run();
  ASSERT_EQ(pair.client.state(), TlsState::failed);
  EXPECT_EQ(pair.client.failure().code, make_error_code(Errc::peer_not_trusted));
}

TEST(TlsContext, trusts_a_servers_own_certificate_that_is_given) {
  TlsTerms terms;
  PemPair alone = certificate_for({"localhost"});
  terms.server.certificates = {shown(alone)};
  terms.client.ca = PemSource::of_text(alone.certificate);
  TlsPair pair(terms);
  pair.run();
  EXPECT_TRUE(pair.open());
}

TEST(TlsContext, shows_the_certificates_between_as_well) {
  TlsTerms terms;
  PemPair middle = certificate_for({}, &terms.authority, CertificateUse::authority);
  PemPair own = certificate_for({"localhost"}, &middle);
  own.certificate += middle.certificate;
  terms.server.certificates = {shown(own)};
  TlsPair pair(terms);
  pair.run();
  EXPECT_TRUE(pair.open());
}

TlsTerms mutual(ClientCertificates mode) {
  TlsTerms terms;
  terms.server.client_certificates = mode;
  terms.server.client_ca = PemSource::of_text(terms.authority.certificate);
  return terms;
}

TEST(TlsContext, asks_clients_for_certificates) {
  for (TlsVersion version : {TlsVersion::v1_2, TlsVersion::v1_3}) {
    for (auto mode : {ClientCertificates::optional, ClientCertificates::required}) {
      TlsTerms terms = mutual(mode);
      terms.set_version(version);
      PemPair own = certificate_for({"alice"}, &terms.authority, CertificateUse::client);
      terms.client.certificate = shown(own);
      TlsPair pair(terms);
      pair.run();
      ASSERT_TRUE(pair.open());
      ASSERT_TRUE(pair.server.facts().peer);
      EXPECT_EQ(pair.server.facts().peer->subject, "CN=alice");
      EXPECT_TRUE(pair.server.facts().verified);
    }
  }
}

TEST(TlsContext, refuses_clients_without_a_certificate_only_when_it_is_required) {
  for (TlsVersion version : {TlsVersion::v1_2, TlsVersion::v1_3}) {
    TlsTerms terms = mutual(ClientCertificates::optional);
    terms.set_version(version);
    TlsPair lenient(terms);
    lenient.run();
    EXPECT_TRUE(lenient.open());
    EXPECT_FALSE(lenient.server.facts().peer);
    terms.server.client_certificates = ClientCertificates::required;
    TlsPair strict(terms);
    strict.run();
    ASSERT_EQ(strict.server.state(), TlsState::failed);
    EXPECT_THAT(strict.server.failure().text, HasSubstr("showed no certificate"));
    ASSERT_EQ(strict.client.state(), TlsState::failed);
    EXPECT_THAT(strict.client.failure().text, HasSubstr("--cert FILE"));
  }
}

TEST(TlsContext, refuses_clients_with_a_wrong_certificate) {
  TlsTerms terms = mutual(ClientCertificates::optional);
  terms.client.certificate = shown(certificate_for({"mallory"}, nullptr, CertificateUse::client));
  TlsPair pair(terms);
  pair.run();
  ASSERT_EQ(pair.server.state(), TlsState::failed);
  EXPECT_EQ(pair.server.failure().code, make_error_code(Errc::peer_not_trusted));
  EXPECT_THAT(pair.server.failure().text, HasSubstr("mallory is self-signed"));
  EXPECT_EQ(pair.client.state(), TlsState::failed);
}

TEST(TlsContext, keeps_a_client_known_in_a_short_handshake) {
  TlsTerms terms = mutual(ClientCertificates::required);
  PemPair own = certificate_for({"alice"}, &terms.authority, CertificateUse::client);
  terms.client.certificate = shown(own);
  terms.client.sessions = std::make_shared<TlsSessionCache>();
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  for (bool resumed : {false, true}) {
    TlsPair pair(server, client);
    pair.run();
    EXPECT_EQ(pair.server.facts().resumed, resumed);
    EXPECT_EQ(pair.server.facts().peer->subject, "CN=alice");
  }
}

TEST(TlsContext, uses_new_files_after_a_reload_and_keeps_old_connections) {
  Folder folder;
  TlsTerms terms;
  PemPair first = certificate_for({"localhost", "first"}, &terms.authority);
  PemPair second = certificate_for({"localhost", "second"}, &terms.authority);
  write(folder / "own.pem", first.certificate);
  write(folder / "own.key", first.key);
  terms.server.certificates = {
      {PemSource::in_file(folder / "own.pem"), PemSource::in_file(folder / "own.key")}};
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  TlsPair before(server, client);
  before.run();
  TlsPair midway(server, client);
  write(folder / "own.pem", second.certificate);
  Result<void> failed = server.reload();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().what(), HasSubstr("own.key is not that of this certificate"));
  TlsPair still(server, client);
  still.run();
  EXPECT_THAT(still.client.facts().peer->names, ElementsAre("localhost", "first"));
  write(folder / "own.key", second.key);
  ASSERT_TRUE(server.reload());
  midway.run();
  EXPECT_THAT(midway.client.facts().peer->names, ElementsAre("localhost", "first"));
  TlsPair after(server, client);
  after.run();
  EXPECT_THAT(after.client.facts().peer->names, ElementsAre("localhost", "second"));
  before.client.write("hello", Time());
  before.run();
  EXPECT_EQ(before.at_server, "hello");
}

TEST(TlsContext, takes_other_options_at_a_reload_if_they_are_right) {
  TlsTerms terms;
  PemPair second = certificate_for({"localhost", "second"}, &terms.authority);
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  EXPECT_FALSE(server.reload(TlsServerOptions()));
  ASSERT_TRUE(server.reload());
  ASSERT_TRUE(server.reload({.certificates = {shown(second)}}));
  ASSERT_TRUE(server.reload());
  TlsPair pair(server, client);
  pair.run();
  EXPECT_THAT(pair.client.facts().peer->names, ElementsAre("localhost", "second"));
}

TEST(TlsContext, serves_several_threads_while_it_is_reloaded) {
  TlsTerms terms;
  terms.client.sessions = std::make_shared<TlsSessionCache>();
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  std::atomic<int> open = 0;
  auto connect = [&] {
    for (int turn = 0; turn < 20; ++turn) {
      TlsPair pair(server, client);
      pair.run();
      open += pair.open();
    }
  };
  std::vector<std::jthread> threads;
  for (int count = 0; count < 4; ++count) threads.emplace_back(connect);
  for (int turn = 0; turn < 20; ++turn) EXPECT_TRUE(server.reload() && client.reload());
  threads.clear();
  EXPECT_EQ(open, 80);
}

TEST(TlsContext, keeps_sessions_good_over_a_reload) {
  TlsTerms terms;
  terms.client.sessions = std::make_shared<TlsSessionCache>();
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  TlsPair(server, client).run();
  ASSERT_TRUE(server.reload());
  TlsPair pair(server, client);
  pair.run();
  EXPECT_TRUE(pair.client.facts().resumed);
}

TEST(TlsContext, refuses_certificates_of_another_day) {
  PemPair old = certificate_for({"old.org"}, nullptr, CertificateUse::server, -9, -5);
  EXPECT_THAT(error_of({.certificates = {shown(old)}}), HasSubstr("it expired on 20"));
  PemPair young = certificate_for({"young.org"}, nullptr, CertificateUse::server, 5, 9);
  EXPECT_THAT(error_of({.certificates = {shown(young)}}), HasSubstr("is not valid before 20"));
  EXPECT_EQ(error_of({.certificates = {shown(old)}, .any_date = true}), "no error");
}

TEST(TlsContext, says_what_is_missing) {
  EXPECT_THAT(error_of({}), HasSubstr("bowline cert"));
  TlsTerms terms = mutual(ClientCertificates::required);
  terms.server.client_ca = {};
  EXPECT_THAT(error_of(terms.server), HasSubstr("--client-ca FILE"));
  terms.server.client_ca = PemSource::in_file("/nowhere/ca.pem");
  EXPECT_THAT(error_of(terms.server), HasSubstr("read client authority /nowhere/ca.pem"));
  EXPECT_FALSE(TlsContext::client({.ca = PemSource::in_file("/nowhere/ca.pem")}));
  EXPECT_FALSE(TlsContext::client({.alpn = {std::string(256, 'x')}}));
}

TEST(TlsContext, writes_secrets_where_it_is_told_to) {
  Folder folder;
  TlsTerms terms;
  terms.client.key_log_file = folder / "keys";
  TlsPair pair(terms);
  pair.run();
  std::ifstream file(folder / "keys");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(text, AllOf(HasSubstr("CLIENT_TRAFFIC_SECRET_0 "), HasSubstr("\n")));
  terms.client.key_log_file = folder / "nowhere/keys";
  EXPECT_THAT(TlsContext::client(terms.client).error().what(), HasSubstr("open key log"));
}

}  // namespace
}  // namespace bowline
