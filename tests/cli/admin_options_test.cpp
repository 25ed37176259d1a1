#include "cli/admin_options.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

TEST(AdminOptions, an_address_without_tls_is_exposed_to_others) {
  EXPECT_TRUE(is_exposed("http://0.0.0.0:9100"));
  EXPECT_TRUE(is_exposed("http://[::]:9100"));
  EXPECT_TRUE(is_exposed("http://10.0.0.1:9100"));
  EXPECT_FALSE(is_exposed("http://127.0.0.1:9100"));
  EXPECT_FALSE(is_exposed("http://[::1]:9100"));
  EXPECT_FALSE(is_exposed("https://0.0.0.0:9100"));
  EXPECT_FALSE(is_exposed("unix:/run/admin.sock"));
}

}  // namespace
}  // namespace bowline::cli
