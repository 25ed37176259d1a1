#include "cli/cert_files.h"

#include "tests/support/folder.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace bowline::cli {
namespace {

using bowline::testing::Folder;
using bowline::testing::today;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
}

TEST(CertFolder, makes_files_that_a_server_and_a_client_get_on_with) {
  Folder folder;
  CertFolder certs(folder / "new/certs");
  certs.open_authority(today());
  EXPECT_TRUE(certs.authority_is_new());
  auto server = certs.make(CertificateUse::server, {"localhost", "127.0.0.1"}, today(), 30);
  auto client = certs.make(CertificateUse::client, {"alice"}, today(), 30);
  PemSource ca = PemSource::in_file(folder / "new/certs/ca.pem");
  bowline::testing::TlsTerms terms;
  terms.server = {.certificates = {{PemSource::in_file(server.certificate_file),
                                    PemSource::in_file(server.key_file)}},
                  .client_certificates = ClientCertificates::required,
                  .client_ca = ca};
  terms.client = {.ca = ca,
                  .certificate = {PemSource::in_file(client.certificate_file),
                                  PemSource::in_file(client.key_file)}};
  terms.host = "127.0.0.1";
  bowline::testing::TlsPair pair(terms);
  pair.run();
  EXPECT_TRUE(pair.open());
  EXPECT_EQ(pair.server.facts().peer->subject, "CN=alice");
}

TEST(CertFolder, shows_keys_to_their_owner_only_and_leaves_nothing_else) {
  Folder folder;
  CertFolder certs(folder / "certs");
  certs.open_authority(today());
  certs.make(CertificateUse::server, {"localhost"}, today(), 30);
  EXPECT_EQ(mode(folder / "certs/localhost.key"), 0600u);
  EXPECT_EQ(mode(folder / "certs/ca.key"), 0600u);
  EXPECT_EQ(mode(folder / "certs/localhost.pem"), 0644u);
  auto files = std::filesystem::directory_iterator(folder / "certs");
  EXPECT_EQ(std::distance(begin(files), end(files)), 4);
}

TEST(CertFolder, uses_an_authority_again) {
  Folder folder;
  CertFolder first(folder / "");
  first.open_authority(today());
  std::string before = content(folder / "ca.pem");
  CertFolder second(folder / "");
  second.open_authority(today());
  EXPECT_FALSE(second.authority_is_new());
  EXPECT_EQ(content(folder / "ca.pem"), before);
}

TEST(CertFolder, refuses_an_authority_that_can_not_sign) {
  Folder folder;
  CertFolder(folder / "a").open_authority(today());
  CertFolder(folder / "b").open_authority(today());
  std::filesystem::remove(folder / "a/ca.key");
  try {
    CertFolder(folder / "a").open_authority(today());
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a/ca.key is missing"));
  }
  std::filesystem::copy(folder / "b/ca.key", folder / "a/ca.key");
  EXPECT_THROW(CertFolder(folder / "a").open_authority(today()), Error);
  EXPECT_THROW(CertFolder(folder / "b").open_authority(today() + std::chrono::days(5000)), Error);
}

TEST(CertFolder, gives_no_certificate_that_outlives_its_authority) {
  Folder folder;
  CertFolder certs(folder / "");
  auto now = today();
  certs.open_authority(now - std::chrono::days(3640));
  auto made = certs.make(CertificateUse::server, {"localhost"}, now, 300);
  EXPECT_EQ(made.identity.valid_until, now + std::chrono::days(10));
}

TEST(CertFileStem, is_always_the_name_of_a_file_of_its_own) {
  EXPECT_EQ(cert_file_stem("localhost"), "localhost");
  EXPECT_EQ(cert_file_stem("*.example.org"), "_wildcard.example.org");
  EXPECT_EQ(cert_file_stem("::1"), "__1");
  EXPECT_EQ(cert_file_stem("../x"), "_.._x");
  EXPECT_EQ(cert_file_stem("ca"), "_ca");
}

}  // namespace
}  // namespace bowline::cli
