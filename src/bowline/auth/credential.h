// What somebody says to prove who they are: a token, or a name and a password. One text stands for
// it everywhere, the value of HTTP's Authorization (RFC 6750 2.1, RFC 7617 2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bowline {

// Longer texts are no credentials; the tokens of large companies have some thousand bytes.
inline constexpr std::size_t credential_size_max = 8192;

struct Credential {
  std::string token;  // Bearer; empty for Basic
  std::string user;   // Basic
  std::string password;

  static Credential bearer(std::string token) { return {std::move(token), {}, {}}; }
  static Credential basic(std::string user, std::string password) {
    return {{}, std::move(user), std::move(password)};
  }
  // "Bearer TOKEN" or "Basic BASE64(USER:PASSWORD)", the first word in any case; none for others.
  static std::optional<Credential> parse(std::string_view text);

  bool is_bearer() const { return !token.empty(); }
  std::string_view scheme() const { return is_bearer() ? "Bearer" : "Basic"; }
  std::string text() const;
};

// Whether a token can stand behind "Bearer": letters, digits, -._~+/ and "=" at its end.
bool is_bearer_token(std::string_view text);
// Whether a name can be shown and stand in a line: UTF-8 of 1 to 200 bytes, without controls.
bool is_identity_name(std::string_view text);
// Whether it can stand before ":", first in a line of a file, and be typed at a shell as well:
// without ":" and blanks, and no comment (#).
bool is_user_name(std::string_view text);

}  // namespace bowline
