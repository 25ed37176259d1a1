#include "cli/failure.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bowline::cli {
namespace {

TEST(Failure, of_an_address_is_wrong_usage) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(fail(Error(make_error_code(Errc::bad_address), "no port")), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "error: no port\n");
}

TEST(Failure, of_anything_else_is_not) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(fail(make_error(ECONNREFUSED, "connect to tcp://a:1", "nobody is there")), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "error: connect to tcp://a:1: connection refused: nobody is there\n");
}

}  // namespace
}  // namespace bowline::cli
