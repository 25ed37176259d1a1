// Loading certificates and keys from PEM (RFC 7468). An Error names the file and says what to try:
// no permission, not PEM, the wrong file of the two, an encrypted key.
#pragma once

#include "bowline/base/error.h"
#include "bowline/tls/openssl.h"

#include <string>
#include <vector>

namespace bowline {

// Where PEM is: in a file, which is read each time it is loaded, or at hand as text.
struct PemSource {
  std::string file;
  std::string text;

  static PemSource in_file(std::string path) { return {std::move(path), {}}; }
  static PemSource of_text(std::string text) { return {{}, std::move(text)}; }
  bool empty() const { return file.empty() && text.empty(); }
  std::string name() const { return file.empty() ? "the text given" : file; }
};

// The whole text, at most 16 MiB. `what` names it in errors: "certificate".
Result<std::string> load_pem(const PemSource& source, std::string_view what);
// All certificates in it, at least one, in their order.
Result<std::vector<openssl::Certificate>> load_certificates(const PemSource& source,
                                                            std::string_view what);
// The first private key in it. Nobody is asked for a password: an encrypted key is an Error.
Result<openssl::Key> load_key(const PemSource& source);

}  // namespace bowline
