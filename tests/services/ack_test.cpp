#include "bowline/services/ack.h"

#include "tests/services/talk.h"

namespace bowline {
namespace {

using Ack = testing::ServiceTest;
using Strings = std::vector<std::string>;

TEST_F(Ack, each_message_is_accepted) {
  EXPECT_EQ(answers(serve_ack, {"one", "closed", "close it"}),
            (Strings{"accepted", "accepted", "accepted"}));
}

TEST_F(Ack, close_in_any_case_ends_it) {
  for (const char* word : {"close", "CLOSE", "Close\n", "close\r\n"}) {
    EXPECT_EQ(answers(serve_ack, {"one", word, "more"}), (Strings{"accepted", "closed", "(end)"}));
  }
}

}  // namespace
}  // namespace bowline
