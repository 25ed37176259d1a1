#include "bowline/proto/http_input.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(HttpInput, is_read_where_it_lies) {
  HttpInput input;
  std::string memory = "abc";
  input.receive(memory);
  EXPECT_EQ(static_cast<const void*>(input.bytes().data()), memory.data());
  input.consume(1);
  EXPECT_EQ(input.bytes(), "bc");
  input.consume(2);
  EXPECT_TRUE(input.empty());
}

TEST(HttpInput, that_is_kept_outlives_what_was_lent) {
  HttpInput input;
  std::string memory = "abc";
  input.receive(memory);
  input.consume(1);
  input.keep();
  memory = "xyz";
  EXPECT_EQ(input.bytes(), "bc");
}

TEST(HttpInput, goes_on_behind_what_was_kept) {
  HttpInput input;
  input.receive("abc");
  input.keep();
  input.consume(2);
  input.keep();
  input.receive("de");
  EXPECT_EQ(input.bytes(), "cde");
  input.consume(3);
  input.keep();
  input.receive("f");
  EXPECT_EQ(input.bytes(), "f");
}

TEST(HttpInput, can_be_forgotten) {
  HttpInput input;
  input.receive("abc");
  input.clear();
  EXPECT_TRUE(input.empty());
}

}  // namespace
}  // namespace bowline
