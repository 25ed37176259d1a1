#include "bowline/tls/failure.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using namespace std::string_literals;
using ::testing::HasSubstr;

std::string failure_of(TlsEngine& engine, Errc code) {
  if (engine.state() != TlsState::failed) return "did not fail";
  EXPECT_EQ(engine.failure().code, make_error_code(code));
  return engine.failure().text;
}

struct ClientFailure {
  std::string at_client;
  std::string at_server;
};

// What both ends say of a handshake that the client refuses.
ClientFailure refused(const TlsTerms& terms) {
  TlsPair pair(terms);
  pair.run();
  return {failure_of(pair.client, Errc::peer_not_trusted),
          failure_of(pair.server, Errc::tls_failed)};
}

TEST(TlsFailure, of_a_wrong_host_names_those_that_are_right) {
  TlsTerms terms;
  terms.host = "example.org";
  ClientFailure failure = refused(terms);
  EXPECT_THAT(failure.at_client, HasSubstr("is for localhost and not for example.org"));
  EXPECT_THAT(failure.at_client, HasSubstr("--insecure"));
  EXPECT_THAT(failure.at_server, HasSubstr("does not trust our certificate"));
  terms.host = "127.0.0.1";
  EXPECT_THAT(refused(terms).at_client, HasSubstr("is for localhost and not for 127.0.0.1"));
}

TEST(TlsFailure, of_dates_tells_them) {
  TlsTerms terms;
  terms.server.any_date = true;
  PemPair old = certificate_for({"localhost"}, &terms.authority, CertificateUse::server, -9, -5);
  terms.server.certificates = {shown(old)};
  CertificateIdentity identity = read_identity(old.certificate).value();
  EXPECT_THAT(refused(terms).at_client,
              HasSubstr("localhost expired on " + wall_time_text(identity.valid_until)));
  PemPair young = certificate_for({"localhost"}, &terms.authority, CertificateUse::server, 5, 9);
  terms.server.certificates = {shown(young)};
  EXPECT_THAT(refused(terms).at_client, HasSubstr("localhost is not valid before "));
}

TEST(TlsFailure, of_an_unknown_authority_says_how_to_make_it_known) {
  TlsTerms terms;
  terms.client.ca = PemSource::of_text(test_authority().certificate);
  EXPECT_THAT(refused(terms).at_client, HasSubstr("--ca FILE"));
  terms.server.certificates = {shown(certificate_for({"localhost"}))};
  ClientFailure failure = refused(terms);
  EXPECT_THAT(failure.at_client, HasSubstr("localhost is self-signed"));
  EXPECT_THAT(failure.at_client, HasSubstr("--ca FILE"));
  EXPECT_THAT(failure.at_server, HasSubstr("does not trust"));
}

TEST(TlsFailure, of_a_certificate_for_clients_at_a_server_says_so) {
  TlsTerms terms;
  PemPair wrong = certificate_for({"localhost"}, &terms.authority, CertificateUse::client);
  terms.server.certificates = {shown(wrong)};
  EXPECT_THAT(refused(terms).at_client, HasSubstr("not meant for servers"));
}

TEST(TlsFailure, of_a_certificate_without_names_says_so) {
  TlsTerms terms;
  terms.server.certificates = {shown(certificate_for({}, &terms.authority))};
  EXPECT_THAT(refused(terms).at_client, HasSubstr("names no host"));
}

TEST(TlsFailure, without_a_host_to_check_comes_before_a_word_is_said) {
  TlsTerms terms;
  TlsEngine client(TlsContext::client(terms.client).value(), "");
  EXPECT_THAT(failure_of(client, Errc::peer_not_trusted), HasSubstr("no name to check"));
  EXPECT_TRUE(client.output().empty());
}

TEST(TlsFailure, of_a_peer_that_speaks_plain_text_shows_it) {
  TlsTerms terms;
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  for (std::size_t piece : {std::size_t(1), std::string::npos}) {
    TlsPair pair(server, client);
    feed(pair.client, "HTTP/1.1 400 Bad Request\r\n\r\n", piece);
    std::string text = failure_of(pair.client, Errc::not_tls);
    EXPECT_THAT(text,
                HasSubstr(piece == 1 ? "it sent \"H\"" : "it sent \"HTTP/1.1 400 Bad Request\": "));
    EXPECT_THAT(text, HasSubstr("try http, ws or tcp://"));
    feed(pair.server, "GET / HTTP/1.1\r\n", piece);
    EXPECT_THAT(failure_of(pair.server, Errc::not_tls), HasSubstr("has to use https"));
    EXPECT_TRUE(pair.server.output().empty());
  }
}

// A ClientHello of TLS 1.0 or 1.2 with one cipher suite and no extensions.
std::string client_hello(char version, std::string cipher) {
  std::string body =
      "\x03"s + version + std::string(32, 'r') + "\0"s + "\0\x02"s + cipher + "\x01\0"s;
  std::string message = "\x01\0\0"s + char(body.size()) + body;
  return "\x16\x03\x01\0"s + char(message.size()) + message;
}

TEST(TlsFailure, of_an_old_version_names_it) {
  TlsTerms terms;
  TlsEngine server(TlsContext::server(terms.server).value());
  feed(server, client_hello(1, "\xc0\x13"));
  EXPECT_THAT(failure_of(server, Errc::tls_failed), HasSubstr("nothing newer than TLS 1.0"));
  EXPECT_FALSE(server.output().empty());
  TlsEngine client(TlsContext::client(terms.client).value(), "localhost");
  feed(client, take_output(server));
  EXPECT_THAT(failure_of(client, Errc::tls_failed), HasSubstr("neither TLS 1.2 nor 1.3"));
}

TEST(TlsFailure, of_old_ciphers_says_so) {
  TlsEngine server(TlsContext::server(TlsTerms().server).value());
  feed(server, client_hello(3, "\0\x05"s));
  EXPECT_THAT(failure_of(server, Errc::tls_failed), HasSubstr("no cipher suite"));
}

TEST(TlsFailure, of_versions_apart_is_told_at_both_ends) {
  TlsTerms terms;
  terms.server.version_min = TlsVersion::v1_3;
  terms.client.version_max = TlsVersion::v1_2;
  TlsPair pair(terms);
  pair.run();
  EXPECT_NE(failure_of(pair.client, Errc::tls_failed), "");
  EXPECT_NE(failure_of(pair.server, Errc::tls_failed), "");
}

TEST(TlsFailure, of_protocols_apart_is_told_at_both_ends) {
  TlsTerms terms;
  terms.server.alpn = {"http/1.1"};
  terms.client.alpn = {"h2"};
  TlsPair pair(terms);
  pair.run();
  EXPECT_THAT(failure_of(pair.server, Errc::tls_failed), HasSubstr("(ALPN)"));
  EXPECT_THAT(failure_of(pair.client, Errc::tls_failed), HasSubstr("(ALPN)"));
}

TEST(TlsFailure, of_a_peer_that_leaves_in_the_handshake_says_so) {
  TlsPair pair{TlsTerms()};
  pair.client.receive_end();
  EXPECT_THAT(failure_of(pair.client, Errc::ended_early), HasSubstr("without a word of TLS"));
  feed(pair.server, take_output(pair.client));
  pair.server.receive_end();
  EXPECT_THAT(failure_of(pair.server, Errc::ended_early), HasSubstr("during the TLS handshake"));
}

// Each byte of what the server sends, turned over, and then of what the client sends. Only the
// version beside the first record's type means nothing (RFC 8446 5.1).
TEST(TlsFailure, comes_of_damage_anywhere_and_nothing_worse) {
  TlsTerms terms;
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
  std::size_t size = 1;
  for (std::size_t at = 0; at < size; ++at) {
    TlsPair pair(server, client);
    feed(pair.server, take_output(pair.client));
    std::string flight = take_output(pair.server);
    size = flight.size();  // not always the same: signatures differ by a byte or two
    if (at >= size) break;
    flight[at] = char(~flight[at]);
    feed(pair.client, flight);
    EXPECT_EQ(pair.client.state() == TlsState::open, at == 2) << at;
  }
  size = 1;
  for (std::size_t at = 0; at < size; ++at) {
    TlsPair pair(server, client);
    std::string hello = take_output(pair.client);
    size = hello.size();
    hello[at] = char(~hello[at]);
    feed(pair.server, hello);
    feed(pair.client, take_output(pair.server));
    pair.run();
    EXPECT_EQ(pair.open(), at == 2) << at;
  }
}

TEST(TlsFailure, comes_of_damage_after_the_handshake) {
  TlsPair pair{TlsTerms()};
  pair.run();
  pair.client.write("hello", Time());
  std::string bytes = take_output(pair.client);
  bytes.back() = char(~bytes.back());
  EXPECT_EQ(feed(pair.server, bytes), "");
  EXPECT_THAT(failure_of(pair.server, Errc::tls_failed), HasSubstr("damaged"));
  EXPECT_FALSE(pair.server.output().empty());
}

}  // namespace
}  // namespace bowline
