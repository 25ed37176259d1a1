// Peers that need to say nothing: the certificate that TLS has verified, or the user whose process
// is at the other end of a Unix socket, says who they are.
#pragma once

#include "bowline/auth/check.h"

namespace bowline {

class CertificateCheck final : public Check {
 public:
  // Certificates for one of `names`: host names and addresses (subjectAltName), or the subject's
  // only common name. None: for whomever the authority vouches.
  explicit CertificateCheck(std::vector<std::string> names) : names_(std::move(names)) {}
  Verdict judge(const Evidence& evidence, WallTime now) const override;

 private:
  std::vector<std::string> names_;
};

class UnixUserCheck final : public Check {
 public:
  // Users and, after "@", groups: names of this system or numbers. A group is that of the process
  // alone: the kernel tells no others (SO_PEERCRED, unix(7)). Fails for a name that nobody has.
  static Result<std::shared_ptr<const Check>> of(const std::vector<std::string>& names);
  Verdict judge(const Evidence& evidence, WallTime now) const override;

 private:
  std::vector<unsigned> users_;
  std::vector<unsigned> groups_;
};

// The name of a user of this system; "uid N" when it has none.
std::string unix_user_name(unsigned user);

}  // namespace bowline
