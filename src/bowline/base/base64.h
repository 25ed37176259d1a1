// Base64 with the standard alphabet and padding (RFC 4648 4), and base64url without padding (5).
#pragma once

#include "bowline/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace bowline {

std::string base64(Bytes bytes);

// The bytes that `text` stands for; none when base64() would not have written it so: other
// characters, blanks, missing padding, stray bits before the padding.
std::optional<std::string> base64_decoded(std::string_view text);

// The same with "-" and "_" in place of "+" and "/", and no padding: what JSON Web Tokens are in.
std::string base64url(Bytes bytes);
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace bowline
