#include "bowline/base/error.h"

#include <gtest/gtest.h>

#include <memory>

namespace bowline {
namespace {

std::string what(const Error& error) {
  return error.what();
}

TEST(Error, says_what_was_done_what_happened_and_what_to_try) {
  Error error =
      make_error(ECONNREFUSED, "connect to tcp://127.0.0.1:8000", "nothing is listening there");
  EXPECT_EQ(what(error),
            "connect to tcp://127.0.0.1:8000: connection refused: nothing is listening there");
}

TEST(Error, without_advice_or_action_has_no_empty_parts) {
  EXPECT_EQ(what(make_error(EPIPE, "send")), "send: broken pipe");
  EXPECT_EQ(what(make_error(EPIPE, "")), "broken pipe");
}

TEST(Error, is_a_system_error_that_is_told_apart_by_its_code) {
  Error error = make_error(ECONNREFUSED, "connect");
  EXPECT_TRUE(error.is(std::errc::connection_refused));
  EXPECT_FALSE(error.is(std::errc::connection_reset));
  EXPECT_FALSE(error.is(Errc::name_not_found));
  const std::system_error& plain = error;
  EXPECT_EQ(plain.code().value(), ECONNREFUSED);
  EXPECT_STREQ(plain.what(), "connect: connection refused");
}

TEST(Error, has_a_short_name_to_be_counted_by) {
  EXPECT_EQ(error_name(make_error(ECONNRESET, "read").code()), "ECONNRESET");
  EXPECT_EQ(error_name(std::make_error_code(std::errc::timed_out)), "ETIMEDOUT");
  EXPECT_EQ(error_name(make_error_code(Errc::peer_not_trusted)), "peer_not_trusted");
  EXPECT_EQ(error_name(std::make_error_code(std::io_errc::stream)), "other");
  EXPECT_EQ(error_name({12345, std::system_category()}), "other");
}

TEST(Error, knows_time_outs_and_cancelling) {
  EXPECT_TRUE(make_error(ETIMEDOUT, "receive").timed_out());
  EXPECT_TRUE(make_error(ECANCELED, "receive").cancelled());
  EXPECT_FALSE(make_error(ECANCELED, "receive").timed_out());
}

TEST(Error, can_be_one_that_the_system_has_no_number_for) {
  Error error = make_error(Errc::name_not_found, "connect to tcp://nowhere:1");
  EXPECT_TRUE(error.is(Errc::name_not_found));
  EXPECT_FALSE(error.is(Errc::bad_address));
  EXPECT_EQ(what(error), "connect to tcp://nowhere:1: name not found");
}

TEST(Describe, is_in_lower_case_but_for_names) {
  EXPECT_EQ(describe(std::make_error_code(std::errc::connection_reset)),
            "connection reset by peer");
  EXPECT_EQ(describe(std::make_error_code(std::errc::timed_out)), "timed out");
  EXPECT_EQ(describe(std::error_code(ECANCELED, std::system_category())), "cancelled");
  EXPECT_EQ(describe(std::error_code(ERFKILL, std::system_category())),
            "operation not possible due to RF-kill");
}

TEST(Describe, has_words_for_each_failure_of_bowline) {
  for (int value = 1; value <= static_cast<int>(Errc::bad_certificate); ++value) {
    std::string text = describe(static_cast<Errc>(value));
    EXPECT_EQ(text.find("unknown"), std::string::npos) << value;
  }
  EXPECT_NE(describe(static_cast<Errc>(99)).find("unknown"), std::string::npos);
}

TEST(Result, holds_a_value) {
  Result<std::string> result(std::string("abc"));
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.value(), "abc");
  EXPECT_EQ(*result, "abc");
  EXPECT_EQ(result->size(), 3u);
}

TEST(Result, holds_an_error_that_reading_the_value_throws) {
  Result<std::string> result(make_error(EPIPE, "send"));
  ASSERT_FALSE(result);
  EXPECT_EQ(what(result.error()), "send: broken pipe");
  EXPECT_THROW(result.value(), Error);
  EXPECT_THROW(*result, Error);
}

TEST(Result, gives_away_what_can_only_be_moved) {
  auto make = [] { return Result<std::unique_ptr<int>>(std::make_unique<int>(7)); };
  std::unique_ptr<int> number = make().value();
  EXPECT_EQ(*number, 7);
}

TEST(Result, of_nothing_is_success_or_an_error) {
  Result<void> good;
  EXPECT_TRUE(good);
  EXPECT_NO_THROW(good.value());
  Result<void> bad(make_error(EPIPE, "send"));
  EXPECT_FALSE(bad);
  EXPECT_THROW(bad.value(), Error);
}

}  // namespace
}  // namespace bowline
