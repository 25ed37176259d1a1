// Two ends of a TLS connection in memory, and certificates for them that are made on the spot: no
// key lies in the repository.
#pragma once

#include "bowline/tls/certificate.h"
#include "bowline/tls/engine.h"

#include <string>
#include <utility>
#include <vector>

namespace bowline::testing {

inline WallTime today() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// From `from` to `until` days after today.
inline PemPair certificate_for(std::vector<std::string> names, const PemPair* issuer = nullptr,
                               CertificateUse use = CertificateUse::server, int from = -1,
                               int until = 1) {
  CertificateOptions options;
  options.use = use;
  options.names = std::move(names);
  options.subject = options.names.empty() ? "test" : "";
  options.valid_from = today() + std::chrono::days(from);
  options.valid_until = today() + std::chrono::days(until);
  return make_certificate(options, issuer).value();
}

inline PemPair test_authority() {
  return certificate_for({}, nullptr, CertificateUse::authority);
}

inline TlsCertificate shown(const PemPair& pair) {
  return {PemSource::of_text(pair.certificate), PemSource::of_text(pair.key)};
}

// A server at "localhost" and a client that trusts its authority; a test changes what it is about.
struct TlsTerms {
  PemPair authority = test_authority();
  TlsServerOptions server{.certificates = {shown(certificate_for({"localhost"}, &authority))}};
  TlsClientOptions client{.ca = PemSource::of_text(authority.certificate)};
  std::string host = "localhost";

  void set_version(TlsVersion version) {
    server.version_max = client.version_max = version;
    server.version_min = client.version_min = version;
  }
};

// Gives `bytes` to `engine` in pieces of at most `piece`, and what it reads of them.
inline std::string feed(TlsEngine& engine, std::string bytes, std::size_t piece = std::string::npos,
                        std::size_t read_size = 1000) {
  std::string read;
  std::string into(read_size, '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    Bytes part = Bytes(bytes).after(at).first(piece);
    at += part.size();
    engine.receive(part);
    while (int count = engine.read(writable(into))) read.append(into, 0, std::size_t(count));
  }
  return read;
}

inline std::string take_output(TlsEngine& engine) {
  std::string bytes(engine.output().bytes().text());
  engine.output().release();
  return bytes;
}

struct TlsPair {
  explicit TlsPair(const TlsTerms& terms)
      : TlsPair(TlsContext::server(terms.server).value(), TlsContext::client(terms.client).value(),
                terms.host) {}
  TlsPair(const TlsContext& server_context, const TlsContext& client_context,
          const std::string& host = "localhost")
      : server(server_context), client(client_context, host) {}

  // Carries bytes to and fro until both ends are silent.
  void run(std::size_t piece = std::string::npos) {
    while (!client.output().empty() || !server.output().empty()) {
      at_server += feed(server, take_output(client), piece);
      at_client += feed(client, take_output(server), piece);
    }
  }
  bool open() const { return server.state() == TlsState::open && client.state() == TlsState::open; }

  TlsEngine server;
  TlsEngine client;
  std::string at_server;  // what was read there
  std::string at_client;
};

}  // namespace bowline::testing
