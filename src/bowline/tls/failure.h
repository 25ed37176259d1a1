// Why a TLS connection failed, in words that help: what the peer sent or refused, and what to try.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/tls/verify.h"

#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace bowline {

// `text` has neither what was being done nor to which address: whoever knows puts that before it.
struct TlsFailure {
  std::error_code code;
  std::string text;
};

// What is known when a connection fails.
struct FailureView {
  bool is_server = false;
  bool handshaking = true;
  std::string host;                        // what a client connected to
  const VerifyProblem* problem = nullptr;  // what was wrong with the peer's certificate
  int peer_version = 0;  // the newest that a client offered, as it is sent (0x0301 for TLS 1.0)
};

// From OpenSSL's errors of this thread, which are empty afterwards.
TlsFailure explain_failure(const FailureView& view);

// Whether a connection that begins with `first` can be TLS; one byte is enough to tell.
bool begins_as_tls(Bytes first);
TlsFailure explain_plain_text(Bytes first, bool is_server);

}  // namespace bowline
