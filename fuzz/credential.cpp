// What a stranger says to prove who they are: a credential means the same once it is written again,
// and no token gets by without its signature, however it is made up.
#include "bowline/auth/credential.h"

#include "bowline/auth/first_message.h"
#include "bowline/auth/jwt.h"
#include "bowline/base/base64.h"
#include "bowline/base/check.h"

namespace {

using namespace bowline;

const Check& keys() {
  static const JwtCheck check = [] {
    std::vector<JwtKey> all;
    all.push_back({VerifyingKey::secret("a secret that no token here is signed with").value(), {}});
    std::string x = *base64url_decoded("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    all.push_back({VerifyingKey::ed25519(x).value(), "ed"});
    return JwtCheck(std::move(all), {});
  }();
  return check;
}

void check_credential(const std::optional<Credential>& credential) {
  if (!credential) return;
  std::string text = credential->text();
  if (text.size() > credential_size_max) return;  // "Bearer" is no part of a token
  std::optional<Credential> again = Credential::parse(text);
  BOWLINE_CHECK(again && again->text() == text && again->scheme() == credential->scheme());
  BOWLINE_CHECK(again->user == credential->user && again->password == credential->password);
  Evidence evidence;
  evidence.credential = again;
  BOWLINE_CHECK(!keys().judge(evidence, {}).identity);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  check_credential(Credential::parse(text));
  check_credential(parse_first_message(text));
  // The parts of a token as they are, for what lies below base64url.
  std::size_t line = std::min(text.find('\n'), text.size());
  std::string token = base64url(text.substr(0, line)) + "." + base64url(text.substr(line)) + ".AA";
  if (token.size() < credential_size_max) check_credential(Credential::bearer(token));
  return 0;
}
