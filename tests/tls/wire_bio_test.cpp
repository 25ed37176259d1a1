#include "bowline/tls/wire_bio.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>

#include <string>

namespace bowline {
namespace {

TEST(WireBio, reads_what_is_lent_and_then_waits) {
  Wire wire{"hello", {}, 100};
  openssl::Bio bio = make_wire_bio(wire);
  std::string into(3, '\0');
  EXPECT_EQ(BIO_read(bio.get(), into.data(), 3), 3);
  EXPECT_EQ(into, "hel");
  EXPECT_EQ(wire.input.text(), "lo");
  EXPECT_EQ(BIO_read(bio.get(), into.data(), 3), 2);
  EXPECT_LE(BIO_read(bio.get(), into.data(), 3), 0);
  EXPECT_TRUE(BIO_should_retry(bio.get()));
}

TEST(WireBio, writes_until_the_limit_and_then_fails) {
  Wire wire{{}, {}, 8};
  openssl::Bio bio = make_wire_bio(wire);
  EXPECT_EQ(BIO_write(bio.get(), "hello", 5), 5);
  EXPECT_EQ(BIO_flush(bio.get()), 1);
  EXPECT_LE(BIO_write(bio.get(), "world", 5), 0);
  EXPECT_FALSE(BIO_should_retry(bio.get()));
  EXPECT_EQ(wire.output.bytes().text(), "hello");
}

}  // namespace
}  // namespace bowline
