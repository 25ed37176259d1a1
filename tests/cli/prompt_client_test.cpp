#include "cli/prompt_client.h"

#include "tests/cli/talkers.h"
#include "tests/support/loop_fixture.h"

namespace bowline::cli {
namespace {

using PromptClient = bowline::testing::VirtualLoopTest;

Task<> read_all(Input* messages, std::vector<std::string>* all) {
  for (;;) {
    Bytes message = co_await messages->next();
    if (message.empty()) co_return;
    all->emplace_back(message.text());
  }
}

Task<> show_all(Output* answers, std::vector<std::string> pieces, std::string* wants) {
  for (const std::string& piece : pieces) {
    bool more = co_await answers->show(piece);
    *wants += more ? "y" : "n";
  }
}

TEST_F(PromptClient, sends_lines_without_their_ends) {
  testing::Pieces lines({"hello\n", "\n", "\r\n", "bye\r\n", "last"});
  MessageInput messages(lines);
  std::vector<std::string> all;
  run(read_all(&messages, &all));
  EXPECT_EQ(all, (std::vector<std::string>{"hello", "bye", "last"}));
}

TEST_F(PromptClient, sends_1024_bytes_at_most) {
  std::string line(3000, 'x');
  line += '\n';
  testing::Pieces lines({line});
  MessageInput messages(lines);
  std::vector<std::string> all;
  run(read_all(&messages, &all));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0], std::string(1024, 'x'));
}

TEST_F(PromptClient, shows_answers_until_closed) {
  testing::Shown output;
  AnswerOutput answers(output);
  std::string wants;
  run(show_all(&answers, {"accepted", "closed!", "cLoSeD"}, &wants));
  EXPECT_EQ(wants, "yyn");
  EXPECT_EQ(output.text, "Received: accepted\nReceived: closed!\nConnection to server closed\n");
}

TEST_F(PromptClient, tells_when_the_server_just_ends) {
  testing::Shown output;
  AnswerOutput answers(output);
  run(answers.end());
  EXPECT_EQ(output.text, "Connection to server closed\n");
}

}  // namespace
}  // namespace bowline::cli
