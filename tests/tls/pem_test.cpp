#include "bowline/tls/pem.h"

#include "tests/support/folder.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string certificate_error(const std::string& text) {
  auto loaded = load_certificates(PemSource::of_text(text), "certificate");
  return loaded ? "no error" : loaded.error().what();
}

std::string key_error(const std::string& text) {
  auto loaded = load_key(PemSource::of_text(text));
  return loaded ? "no error" : loaded.error().what();
}

TEST(Pem, holds_any_number_of_certificates_and_other_things) {
  PemPair first = certificate_for({"a"});
  PemPair second = certificate_for({"b"});
  std::string text = "of a\n" + first.certificate + first.key + "\nof b\n" + second.certificate;
  EXPECT_EQ(load_certificates(PemSource::of_text(text), "certificate")->size(), 2u);
  EXPECT_EQ(key_error(text), "no error");
}

TEST(Pem, in_a_file_that_can_not_be_read_is_told_with_its_name) {
  auto missing = load_key(PemSource::in_file("/nowhere/own.key"));
  EXPECT_THAT(missing.error().what(), AllOf(HasSubstr("read key /nowhere/own.key: no such file"),
                                            HasSubstr("there is no")));
  EXPECT_TRUE(missing.error().is(std::errc::no_such_file_or_directory));
  Folder folder;
  auto directory = load_certificates(PemSource::in_file(folder / ""), "authority");
  EXPECT_THAT(directory.error().what(), HasSubstr("read authority "));
}

TEST(Pem, without_a_certificate_is_told_by_what_it_holds) {
  PemPair pair = certificate_for({"a"});
  EXPECT_THAT(certificate_error(pair.key), HasSubstr("swapped?"));
  EXPECT_THAT(certificate_error("hello"), HasSubstr("it is not PEM"));
  EXPECT_THAT(certificate_error("\x30\x82\x01\x02"), HasSubstr("it is DER"));
  EXPECT_THAT(certificate_error(""), HasSubstr("it is empty"));
}

TEST(Pem, without_a_key_is_told_by_what_it_holds) {
  PemPair pair = certificate_for({"a"});
  EXPECT_THAT(key_error(pair.certificate), HasSubstr("swapped?"));
  EXPECT_THAT(key_error("hello"), HasSubstr("it is not PEM"));
  EXPECT_THAT(key_error("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n"
                        "-----END ENCRYPTED PRIVATE KEY-----\n"),
              HasSubstr("the key is encrypted: try openssl pkey -in"));
}

TEST(Pem, that_is_damaged_is_told_apart) {
  PemPair pair = certificate_for({"a"});
  std::string damaged = pair.certificate;
  damaged.erase(60, 8);
  EXPECT_THAT(certificate_error(pair.certificate + damaged),
              HasSubstr("certificate 2 in it is damaged"));
  std::string half = pair.key.substr(0, 60) + pair.key.substr(80);
  EXPECT_THAT(key_error(half), HasSubstr("damaged"));
}

}  // namespace
}  // namespace bowline
