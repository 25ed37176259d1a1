#include "bowline/base/base64.h"

#include "bowline/base/random.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(Base64, is_that_of_the_standard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFB\xEF\xFF"), "++//");
}

TEST(Base64, comes_back_as_it_was) {
  Random random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    std::string text;
    while (text.size() < size) text += static_cast<char>(random.below(256));
    EXPECT_EQ(base64_decoded(base64(text)), text);
  }
}

TEST(Base64, that_is_not_well_formed_is_refused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zg==Zg==", "Zh==", "Zm9", "Zm9=v", "=",
                           "====", "Zm9v ", " Zm9v", "Zm9v\n", "Zm-_", "Zm9v===="}) {
    EXPECT_FALSE(base64_decoded(text)) << text;
  }
}

TEST(Base64Url, has_its_own_alphabet_and_no_padding) {
  EXPECT_EQ(base64url("\xFB\xEF\xFF"), "--__");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url_decoded("--__"), "\xFB\xEF\xFF");
  EXPECT_EQ(base64url_decoded("Zg"), "f");
  EXPECT_EQ(base64url_decoded(""), "");
}

TEST(Base64Url, that_is_not_well_formed_is_refused) {
  for (const char* text : {"Z", "Zg==", "Zg=", "Zh", "++//", "Zm9v ", "Zm9vY", "="}) {
    EXPECT_FALSE(base64url_decoded(text)) << text;
  }
}

}  // namespace
}  // namespace bowline
