// Bearer tokens out of a file: a line each, the owner's name and the token, or its digest.
//
//   alice 5f1c...           as `openssl rand -hex 32` makes one
//   robot sha256:9b74...    what `printf %s TOKEN | sha256sum` says
#pragma once

#include "bowline/auth/check.h"
#include "bowline/tls/signature.h"

namespace bowline {

class TokenCheck final : public Check {
 public:
  // `path` is for errors alone. Tokens of less than 16 characters can be guessed, and are refused.
  static Result<std::shared_ptr<const Check>> parse(std::string_view text, const std::string& path);

  Verdict judge(const Evidence& evidence, WallTime now) const override;
  std::string_view scheme() const override { return "Bearer"; }

 private:
  // Digests are kept, so that memory holds no token and all comparisons are of one size.
  struct Entry {
    std::string name;
    Sha256 digest;
  };

  std::vector<Entry> entries_;
};

}  // namespace bowline
