#include "cli/datagram_input.h"

#include "tests/cli/talkers.h"
#include "tests/support/loop_fixture.h"

namespace bowline::cli {
namespace {

using DatagramInputs = bowline::testing::VirtualLoopTest;

// What `pieces` become, each in brackets.
Task<> collect(std::vector<std::string> pieces, std::string* all) {
  testing::Pieces from(std::move(pieces));
  DatagramInput input(from);
  for (Bytes next = co_await input.next(); !next.empty(); next = co_await input.next()) {
    *all += "[" + std::string(next.text()) + "]";
  }
}

TEST_F(DatagramInputs, give_a_line_at_a_time_however_they_come) {
  for (auto pieces : std::vector<std::vector<std::string>>{{"one\ntwo\n\nthree"},
                                                           {"o", "ne\ntw", "o\n", "\nth", "ree"}}) {
    std::string all;
    run(collect(pieces, &all));
    EXPECT_EQ(all, "[one\n][two\n][\n][three]");
  }
}

TEST_F(DatagramInputs, cut_what_no_datagram_could_hold) {
  std::string all;
  run(collect({std::string(DatagramInput::size_max + 5, 'x')}, &all));
  EXPECT_EQ(all.size(), DatagramInput::size_max + 5 + 4);
  EXPECT_EQ(all.substr(all.size() - 7), "[xxxxx]");
}

}  // namespace
}  // namespace bowline::cli
