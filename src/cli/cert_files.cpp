#include "cli/cert_files.h"

#include "cli/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bowline::cli {
namespace {

constexpr auto authority_lifetime = std::chrono::days(3650);
// A certificate is valid from a little before it was made: clocks differ.
constexpr auto clock_difference = std::chrono::hours(1);
constexpr mode_t readable_by_all = 0644;
constexpr mode_t readable_by_owner = 0600;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw make_error(errno, "read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::string user_and_host() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return fmt::format("bowline development authority ({})", host);
}

}  // namespace

void CertFolder::open_authority(WallTime today) {
  std::error_code failed;
  std::filesystem::create_directories(path_.empty() ? "." : path_, failed);
  if (failed) throw make_error(failed, "make folder " + path_);
  std::string certificate_file = file("ca.pem");
  std::string key_file = file("ca.key");
  authority_is_new_ = !exists(certificate_file);
  if (authority_is_new_) {
    CertificateOptions options{.use = CertificateUse::authority,
                               .names = {},
                               .subject = user_and_host(),
                               .valid_from = today - clock_difference,
                               .valid_until = today + authority_lifetime};
    authority_ = make_certificate(options).value();
    replace_file(key_file, authority_.key, readable_by_owner);
    replace_file(certificate_file, authority_.certificate, readable_by_all);
    return;
  }
  std::string action = "take up the authority " + certificate_file;
  if (!exists(key_file)) {
    throw make_error(ENOENT, action,
                     fmt::format("its key {} is missing: without it nothing can be signed; remove "
                                 "{} to make a new authority",
                                 key_file, certificate_file));
  }
  authority_ = {read_file(certificate_file), read_file(key_file)};
  CertificateIdentity identity = read_identity(authority_.certificate).value();
  if (!key_matches(authority_)) {
    throw make_error(Errc::bad_certificate, action, key_file + " is not its key");
  }
  if (identity.valid_until <= today) {
    throw make_error(Errc::bad_certificate, action,
                     fmt::format("it expired on {}: remove it to make a new one",
                                 wall_time_text(identity.valid_until)));
  }
}

CertFolder::Made CertFolder::make(CertificateUse use, const std::vector<std::string>& names,
                                  WallTime today, unsigned days) const {
  CertificateIdentity authority = read_identity(authority_.certificate).value();
  CertificateOptions options{.use = use, .names = names};
  // Clients are people or machines and not hosts: their name is the subject.
  if (use == CertificateUse::client) options = {.use = use, .names = {}, .subject = names.at(0)};
  options.valid_from = std::max<WallTime>(today - clock_difference, authority.valid_from);
  options.valid_until = std::min<WallTime>(today + std::chrono::days(days), authority.valid_until);
  PemPair pair = make_certificate(options, &authority_).value();
  std::string stem = file(cert_file_stem(names.at(0)));
  replace_file(stem + ".key", pair.key, readable_by_owner);
  replace_file(stem + ".pem", pair.certificate, readable_by_all);
  return {stem + ".pem", stem + ".key", read_identity(pair.certificate).value()};
}

std::string CertFolder::file(const std::string& name) const {
  return path_.empty() || path_ == "." ? name : path_ + "/" + name;
}

std::string cert_file_stem(const std::string& name) {
  std::string stem = name.starts_with("*.") ? "_wildcard" + name.substr(1) : name;
  for (char& letter : stem) {
    bool fits = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' ||
                letter == '_' || letter == '@';
    if (!fits) letter = '_';
  }
  // "ca" would take the authority's place, and a leading dot or dash is trouble at a shell.
  if (stem == "ca" || stem.starts_with('.') || stem.starts_with('-')) stem = "_" + stem;
  return stem;
}

}  // namespace bowline::cli
