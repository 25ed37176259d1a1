#include "bowline/services/echo.h"

#include "tests/services/talk.h"

namespace bowline {
namespace {

using Echo = testing::ServiceTest;
using Strings = std::vector<std::string>;

TEST_F(Echo, everything_comes_back_as_it_came) {
  Strings messages = {"hello", std::string("\0\n\xff", 3), std::string(10'000, 'x')};
  EXPECT_EQ(answers(serve_echo, messages), messages);
}

}  // namespace
}  // namespace bowline
