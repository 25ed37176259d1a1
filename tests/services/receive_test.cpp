#include "bowline/services/receive.h"

#include "tests/services/talk.h"

namespace bowline {
namespace {

using Receive = testing::ServiceTest;
using Strings = std::vector<std::string>;

TEST_F(Receive, one_message_is_taken_and_that_is_all) {
  EXPECT_EQ(answers(serve_receive, {"one", "two"}), (Strings{"(end)", "(end)"}));
}

}  // namespace
}  // namespace bowline
