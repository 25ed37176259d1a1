// What the TLS connections of a server, or of a client, have in common: certificates, whom to
// trust, protocols on top. TLS 1.2 and 1.3 only; a client checks the server and its name unless
// told not to. A context may be used by several threads at once.
#pragma once

#include "bowline/base/error.h"
#include "bowline/tls/pem.h"
#include "bowline/tls/session_cache.h"

#include <memory>
#include <string>
#include <vector>

namespace bowline {

struct TlsSetup;

// A certificate to show, the intermediate ones after it, and its private key.
struct TlsCertificate {
  PemSource certificate;
  PemSource key;
};

enum class TlsVersion { v1_2, v1_3 };

enum class ClientCertificates { none, optional, required };

struct TlsServerOptions {
  // At least one. A client that names a host (SNI) gets the first one that is for exactly that
  // host, else the first whose wildcard is for it, else the first of all.
  std::vector<TlsCertificate> certificates;
  // Whether clients have to show a certificate that `client_ca` vouches for. `optional` lets in
  // those that show none, never those that show a wrong one.
  ClientCertificates client_certificates = ClientCertificates::none;
  PemSource client_ca;
  // Protocols on top ("http/1.1"), the best first. A client that offers others only is refused.
  std::vector<std::string> alpn;
  TlsVersion version_min = TlsVersion::v1_2;
  TlsVersion version_max = TlsVersion::v1_3;
  // Secrets of all connections are appended to it, for debugging (SSLKEYLOGFILE). Empty: nowhere.
  std::string key_log_file;
  // Whether certificates may be used that have expired or are not valid yet.
  bool any_date = false;
};

struct TlsClientOptions {
  // Who may vouch for servers: these certificates in place of the system's. One that is not an
  // authority (a server's own, self-signed or not) is trusted as it is.
  PemSource ca;
  // Trust whoever answers: who is between the two ends can then read and change everything.
  bool insecure = false;
  // What to show to servers that ask for a certificate; may be empty.
  TlsCertificate certificate;
  std::vector<std::string> alpn;
  TlsVersion version_min = TlsVersion::v1_2;
  TlsVersion version_max = TlsVersion::v1_3;
  // Where sessions are kept for short handshakes; null: nowhere. Shared by the contexts that may
  // use each other's, and by the connections that outlive them.
  std::shared_ptr<TlsSessionCache> sessions;
  std::string key_log_file;
};

class TlsContext {
 public:
  // Loads everything; an Error says which file is wrong and what to try. Of a server's certificates
  // it is checked that the key matches and that they are valid today.
  static Result<TlsContext> server(TlsServerOptions options);
  static Result<TlsContext> client(TlsClientOptions options);
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  // Loads everything anew, and if all of it is right, new connections use it; those that exist keep
  // what they began with. Else all stays as it was, and the Error says why.
  Result<void> reload();
  // The same with other options; for a server.
  Result<void> reload(TlsServerOptions options);

  // What is loaded now. Shared with the connections that began with it.
  std::shared_ptr<const TlsSetup> setup() const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bowline
