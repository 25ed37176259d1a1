// One way to find out who somebody is. An Authenticator asks a list of these in turn, and the first
// that knows the peer wins.
#pragma once

#include "bowline/auth/credential.h"
#include "bowline/auth/identity.h"
#include "bowline/tls/identity.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// What is known of a peer: what it said, and what its connection shows.
struct Evidence {
  std::optional<Credential> credential;
  std::optional<CertificateIdentity> certificate;  // that TLS has verified
  std::optional<Credentials> process;              // at the other end of a Unix socket

  bool says(std::string_view scheme) const { return credential && credential->scheme() == scheme; }
};

// The identity; or why there is none, for the log alone, which never holds a secret. Neither when
// the evidence is not of the kind that the check is about.
struct Verdict {
  std::optional<Identity> identity;
  std::string why;

  static Verdict accept(Identity identity) { return {std::move(identity), {}}; }
  static Verdict refuse(std::string why) { return {std::nullopt, std::move(why)}; }
};

// Used by several threads at once, so it never changes.
class Check {
 public:
  virtual ~Check() = default;
  // `now` is what the calendar says. Throws nothing.
  virtual Verdict judge(const Evidence& evidence, WallTime now) const = 0;
  // The scheme that it takes credentials in, "Bearer" or "Basic"; empty: it looks at the connection
  // alone.
  virtual std::string_view scheme() const { return {}; }
  // Whether it takes so long that it needs a thread of its own.
  virtual bool is_slow() const { return false; }
};

using CheckList = std::vector<std::shared_ptr<const Check>>;

}  // namespace bowline
