// The files that `bowline cert` makes: an authority, which is used again if it is there, and pairs
// of certificate and key. Keys can be read by their owner only. Nothing is ever half written.
#pragma once

#include "bowline/tls/certificate.h"

#include <string>
#include <vector>

namespace bowline::cli {

class CertFolder {
 public:
  // `path` is made when it is not there. Throws Error, as all here do.
  explicit CertFolder(std::string path) : path_(std::move(path)) {}

  // Takes up ca.pem and ca.key, or makes them, valid from `today` for ten years.
  void open_authority(WallTime today);
  bool authority_is_new() const { return authority_is_new_; }

  struct Made {
    std::string certificate_file;
    std::string key_file;
    CertificateIdentity identity;
  };
  // Makes NAME.pem and NAME.key, NAME being the first of `names`; those of before are replaced.
  // They are valid for `days` from `today`, but no longer than the authority.
  Made make(CertificateUse use, const std::vector<std::string>& names, WallTime today,
            unsigned days) const;

  std::string file(const std::string& name) const;  // the path of a file in it

 private:
  std::string path_;
  PemPair authority_;
  bool authority_is_new_ = false;
};

// "localhost" as the name of a file: "*.example.org" is "_wildcard.example.org", and what is no
// part of a name of a file is "_".
std::string cert_file_stem(const std::string& name);

}  // namespace bowline::cli
