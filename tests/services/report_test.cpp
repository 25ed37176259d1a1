#include "bowline/services/report.h"

#include "tests/services/talk.h"

namespace bowline {
namespace {

using Report = testing::ServiceTest;
using Strings = std::vector<std::string>;

TEST_F(Report, says_what_was_received_and_from_whom_as_python_would) {
  EXPECT_EQ(
      answers(serve_report, {"it's", "\n"}),
      (Strings{"[CONNECTION] Received b\"it's\" from ''", "[CONNECTION] Received b'\\n' from ''"}));
}

}  // namespace
}  // namespace bowline
