#include "bowline/tls/certificate.h"

#include "bowline/base/address.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>

namespace bowline {
namespace {

constexpr const char* action = "make a certificate";
constexpr int serial_bits = 127;  // at most 20 bytes and positive (RFC 5280 4.1.2.2)
constexpr std::size_t common_name_size_max = 64;

Error failed(std::string_view why) {
  return make_error(Errc::bad_certificate, action, why);
}

bool is_host_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return !name.empty() && name.size() <= 253 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

// Null when `text` can't be a name in a certificate.
GENERAL_NAME* general_name(const std::string& text) {
  bool is_ip = Address::parse_ip(text, 0).has_value();
  if (!is_ip && !is_host_name(text)) return nullptr;
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (is_ip) {
    GENERAL_NAME_set0_value(name, GEN_IPADD, a2i_IPADDRESS(text.c_str()));
  } else {
    ASN1_IA5STRING* host = ASN1_IA5STRING_new();
    ASN1_STRING_set(host, text.data(), int(text.size()));
    GENERAL_NAME_set0_value(name, GEN_DNS, host);
  }
  return name;
}

std::optional<Error> add_names(X509* certificate, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> all(GENERAL_NAMES_new(),
                                                               GENERAL_NAMES_free);
  for (const std::string& text : names) {
    GENERAL_NAME* name = general_name(text);
    if (!name) {
      return failed(fmt::format("'{}' is neither a host name nor an IP address", printable(text)));
    }
    sk_GENERAL_NAME_push(all.get(), name);
  }
  X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, 0);
  return {};
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void add_extensions(X509* certificate, X509* issuer, CertificateUse use) {
  bool authority = use == CertificateUse::authority;
  add_extension(certificate, issuer, NID_basic_constraints,
                authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!authority) {
    add_extension(certificate, issuer, NID_ext_key_usage,
                  use == CertificateUse::server ? "serverAuth" : "clientAuth");
  }
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
}

void set_serial(X509* certificate) {
  BIGNUM* number = BN_new();
  BN_rand(number, serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

void set_subject(X509* certificate, const CertificateOptions& options) {
  std::string common = options.subject;
  if (common.empty() && !options.names.empty()) common = options.names[0];
  common.resize(std::min(common.size(), common_name_size_max));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.data()),
                             int(common.size()), -1, 0);
}

template <class Write>
std::string pem_text(Write write) {
  openssl::Bio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, std::size_t(size)};
}

openssl::Certificate certificate_of(const std::string& pem) {
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  return openssl::Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

openssl::Key key_of(const std::string& pem) {
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  // An encrypted key would ask at the terminal for its password; "" answers for it.
  return openssl::Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
}

}  // namespace

Result<PemPair> make_certificate(const CertificateOptions& options, const PemPair* issuer) {
  openssl::Key key(EVP_EC_gen("P-256"));
  openssl::Certificate certificate(X509_new());
  if (!key || !certificate) return failed(openssl::take_error());
  openssl::Key issuer_key;
  openssl::Certificate issuer_certificate;
  if (issuer) {
    issuer_key = key_of(issuer->key);
    issuer_certificate = certificate_of(issuer->certificate);
    if (!issuer_key || !issuer_certificate) {
      return failed("the authority can't be read: " + openssl::take_error());
    }
    if (!X509_check_private_key(issuer_certificate.get(), issuer_key.get())) {
      openssl::take_error();
      return failed("the authority's key is not that of its certificate");
    }
  }
  X509* signer = issuer ? issuer_certificate.get() : certificate.get();
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                options.valid_from.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()),
                options.valid_until.time_since_epoch().count());
  X509_set_pubkey(certificate.get(), key.get());
  set_subject(certificate.get(), options);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  add_extensions(certificate.get(), signer, options.use);
  if (auto problem = add_names(certificate.get(), options.names)) return *problem;
  if (!X509_sign(certificate.get(), issuer ? issuer_key.get() : key.get(), EVP_sha256())) {
    return failed(openssl::take_error());
  }
  return PemPair{pem_text([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }),
                 pem_text([&](BIO* bio) {
                   PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                 nullptr);
                 })};
}

bool key_matches(const PemPair& pair) {
  openssl::Certificate certificate = certificate_of(pair.certificate);
  openssl::Key key = key_of(pair.key);
  bool matches = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  openssl::take_error();
  return matches;
}

}  // namespace bowline
