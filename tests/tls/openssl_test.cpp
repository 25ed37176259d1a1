#include "bowline/tls/openssl.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace bowline {
namespace {

TEST(OpensslError, is_told_once) {
  openssl::Bio bio(BIO_new_mem_buf("x", 1));
  openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(key, nullptr);
  EXPECT_NE(openssl::take_error(), "unknown reason");
  EXPECT_EQ(openssl::take_error(), "unknown reason");
}

}  // namespace
}  // namespace bowline
