// The client's end of TLS for a load: one version, one cipher and one group, so that every server
// does the same work. It trusts any certificate; that is for others to test.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace load {

class TlsClient {
 public:
  // `version` is TLS1_2_VERSION or TLS1_3_VERSION. With `resume` each connection offers the last
  // session that a server gave.
  TlsClient(int version, bool resume);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // A handshake that is still to be done, over the socket `fd`, which stays the caller's.
  SSL* start(int fd);
  bool resumes() const { return resume_; }

 private:
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  SSL_CTX* context_;
  SSL_SESSION* session_ = nullptr;
  bool resume_;
};

}  // namespace load
