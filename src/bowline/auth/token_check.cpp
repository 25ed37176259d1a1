#include "bowline/auth/token_check.h"

#include "bowline/auth/secret_file.h"
#include "bowline/base/constant_time.h"

namespace bowline {
namespace {

constexpr std::size_t token_size_min = 16;
constexpr std::string_view digest_mark = "sha256:";

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return unsigned(c - '0');
  if (c >= 'a' && c <= 'f') return unsigned(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return unsigned(c - 'A' + 10);
  return std::nullopt;
}

std::optional<Sha256> read_digest(std::string_view hex) {
  Sha256 digest;
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t index = 0; index < digest.size(); ++index) {
    std::optional<unsigned> high = hex_digit(hex[2 * index]);
    std::optional<unsigned> low = hex_digit(hex[2 * index + 1]);
    if (!high || !low) return std::nullopt;
    digest[index] = std::byte(*high << 4 | *low);
  }
  return digest;
}

// Why `token` is none, or nothing; a token itself is not shown.
std::string_view problem(std::string_view token) {
  if (!is_bearer_token(token)) return "a token is of letters, digits and -._~+/=, without blanks";
  if (token.size() < token_size_min) return "the token is too short: try openssl rand -hex 32";
  if (token.size() > credential_size_max / 2) return "the token is too long";
  return {};
}

}  // namespace

Result<std::shared_ptr<const Check>> TokenCheck::parse(std::string_view text,
                                                       const std::string& path) {
  auto check = std::make_shared<TokenCheck>();
  for (const TextLine& line : telling_lines(text)) {
    std::size_t space = line.text.find_first_of(" \t");
    std::string_view name = line.text.substr(0, space);
    if (space == std::string_view::npos || !is_user_name(name)) {
      return bad_line(path, "tokens", line.number, "write NAME TOKEN");
    }
    std::string_view token = line.text.substr(line.text.find_first_not_of(" \t", space));
    std::optional<Sha256> digest;
    if (token.starts_with(digest_mark)) {
      digest = read_digest(token.substr(digest_mark.size()));
      if (!digest) return bad_line(path, "tokens", line.number, "sha256: has 64 digits of hex");
    } else {
      std::string_view why = problem(token);
      if (!why.empty()) return bad_line(path, "tokens", line.number, why);
      digest = sha256(token);
    }
    check->entries_.push_back({std::string(name), *digest});
  }
  return std::shared_ptr<const Check>(std::move(check));
}

// All entries are looked at, so that the time says nothing of which it was.
Verdict TokenCheck::judge(const Evidence& evidence, WallTime) const {
  if (!evidence.says(scheme())) return {};
  Sha256 digest = sha256(evidence.credential->token);
  const Entry* found = nullptr;
  for (const Entry& entry : entries_) {
    if (equals_in_constant_time(entry.digest, digest)) found = &entry;
  }
  if (!found) return Verdict::refuse("the token is not in the file");
  return Verdict::accept({found->name, "token", {}});
}

}  // namespace bowline
