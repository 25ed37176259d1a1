#include "bowline/tls/pem.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdio>

namespace bowline {
namespace {

constexpr std::size_t size_max = 16 << 20;

std::string file_advice(int error_number, std::string_view what) {
  if (error_number == ENOENT) return fmt::format("there is no such {} file", what);
  if (error_number == EACCES) return "run as a user who may read it, or see chmod(1), chgrp(1)";
  return {};
}

Error unreadable(int error_number, const PemSource& source, std::string_view what) {
  return make_error(error_number, fmt::format("read {} {}", what, source.name()),
                    file_advice(error_number, what));
}

Error refused(const PemSource& source, std::string_view what, std::string_view why) {
  return make_error(Errc::bad_certificate, fmt::format("read {} {}", what, source.name()), why);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Why there is no certificate in `text`.
std::string why_no_certificate(const PemSource& source, std::string_view text) {
  if (text.empty()) return "it is empty";
  if (holds(text, "PRIVATE KEY-----")) {
    return "it holds a private key and no certificate: are certificate and key swapped?";
  }
  if (text[0] == 0x30) {
    return fmt::format("it is DER and not PEM: try openssl x509 -inform der -in {} -out PEM",
                       source.name());
  }
  return "it is not PEM: a line -----BEGIN CERTIFICATE----- is missing";
}

std::string why_no_key(const PemSource& source, std::string_view text) {
  if (text.empty()) return "it is empty";
  if (holds(text, "BEGIN ENCRYPTED PRIVATE KEY") || holds(text, "Proc-Type: 4,ENCRYPTED")) {
    return fmt::format("the key is encrypted: try openssl pkey -in {} -out PLAIN (and chmod 600)",
                       source.name());
  }
  if (holds(text, "PRIVATE KEY-----")) return "the key is damaged: " + openssl::take_error();
  if (holds(text, "BEGIN CERTIFICATE")) {
    return "it holds a certificate and no private key: are certificate and key swapped?";
  }
  return "it is not PEM: a line -----BEGIN PRIVATE KEY----- is missing";
}

// True when the failure that ended reading is only that no more was found.
bool at_end() {
  unsigned long code = ERR_peek_last_error();
  bool end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
  if (end) ERR_clear_error();
  return end;
}

}  // namespace

Result<std::string> load_pem(const PemSource& source, std::string_view what) {
  if (source.file.empty()) return source.text;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(source.file.c_str(), "re"),
                                                       std::fclose);
  if (!file) return unreadable(errno, source, what);
  std::string text;
  char part[4096];
  while (std::size_t count = std::fread(part, 1, sizeof part, file.get())) {
    text.append(part, count);
    if (text.size() > size_max) return refused(source, what, "it is larger than 16 MiB");
  }
  if (std::ferror(file.get())) return unreadable(errno, source, what);
  return text;
}

Result<std::vector<openssl::Certificate>> load_certificates(const PemSource& source,
                                                            std::string_view what) {
  Result<std::string> text = load_pem(source, what);
  if (!text) return text.error();
  std::vector<openssl::Certificate> certificates;
  openssl::Bio bio(BIO_new_mem_buf(text->data(), int(text->size())));
  ERR_clear_error();
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(one);
  }
  if (!at_end()) {
    return refused(source, what,
                   fmt::format("certificate {} in it is damaged: {}", certificates.size() + 1,
                               openssl::take_error()));
  }
  if (certificates.empty()) return refused(source, what, why_no_certificate(source, *text));
  return certificates;
}

Result<openssl::Key> load_key(const PemSource& source) {
  Result<std::string> text = load_pem(source, "key");
  if (!text) return text.error();
  openssl::Bio bio(BIO_new_mem_buf(text->data(), int(text->size())));
  ERR_clear_error();
  openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (!key) {
    std::string why = why_no_key(source, *text);
    ERR_clear_error();
    return refused(source, "key", why);
  }
  return key;
}

}  // namespace bowline
