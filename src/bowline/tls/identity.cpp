#include "bowline/tls/identity.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "bowline/base/address.h"

namespace bowline {
namespace {

constexpr std::size_t names_shown_max = 4;
constexpr std::size_t names_kept_max = 1000;

std::string name_text(const X509_NAME* name) {
  openssl::Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? printable({data, std::size_t(size)}) : std::string();
}

std::string text_of(const ASN1_STRING* string) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return printable({data, std::size_t(ASN1_STRING_length(string))});
}

std::string common_name(X509_NAME* name) {
  int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) return {};
  unsigned char* text = nullptr;
  int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string safe = printable({reinterpret_cast<char*>(text), std::size_t(size)});
  OPENSSL_free(text);
  return safe;
}

std::string ip_text(const ASN1_OCTET_STRING* ip) {
  const unsigned char* data = ASN1_STRING_get0_data(ip);
  if (ASN1_STRING_length(ip) == 4) {
    return fmt::format("{}.{}.{}.{}", data[0], data[1], data[2], data[3]);
  }
  if (ASN1_STRING_length(ip) != 16) return text_of(ip);
  Address::Ipv6Bytes bytes;
  std::copy(data, data + 16, bytes.begin());
  return Address::ipv6(bytes, 0).host();
}

std::vector<std::string> names_of(const X509& certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int index = 0; index < sk_GENERAL_NAME_num(all); ++index) {
    if (names.size() == names_kept_max) break;
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, index);
    if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(ip_text(name->d.iPAddress));
  }
  GENERAL_NAMES_free(all);
  return names;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (!ASN1_TIME_to_tm(time, &parts)) return {};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (!X509_digest(&certificate, EVP_sha256(), digest.data(), &size)) return {};
  std::string text;
  for (unsigned index = 0; index < size; ++index) text += fmt::format("{:02x}", digest[index]);
  return text;
}

}  // namespace

std::string CertificateIdentity::names_text() const {
  if (names.empty()) return subject.empty() ? "nobody" : subject;
  std::string text = names[0];
  std::size_t shown = std::min(names.size(), names_shown_max);
  for (std::size_t index = 1; index < shown; ++index) text += ", " + names[index];
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

CertificateIdentity identity_of(const x509_st& certificate) {
  return {name_text(X509_get_subject_name(&certificate)),
          name_text(X509_get_issuer_name(&certificate)),
          common_name(X509_get_subject_name(&certificate)),
          names_of(certificate),
          fingerprint_of(certificate),
          time_of(X509_get0_notBefore(&certificate)),
          time_of(X509_get0_notAfter(&certificate))};
}

Result<CertificateIdentity> read_identity(std::string_view pem) {
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  openssl::Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return make_error(Errc::bad_certificate, "read a certificate", openssl::take_error());
  }
  return identity_of(*certificate);
}

std::string wall_time_text(WallTime time) {
  std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

std::string printable(std::string_view text, std::size_t size_max) {
  std::string safe;
  for (char character : text.substr(0, size_max)) {
    if (character >= ' ' && character <= '~') {
      safe += character;
    } else {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
    }
  }
  if (text.size() > size_max) safe += "...";
  return safe;
}

}  // namespace bowline
