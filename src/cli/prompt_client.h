// The client of the ack tutorial: each line is a message of at most 1024 bytes, each answer is
// shown as "Received: TEXT", and the answer "closed" in any case ends the conversation.
#pragma once

#include "cli/conversation.h"

#include <string_view>

namespace bowline::cli {

inline constexpr std::string_view message_prompt = "Enter message: ";
inline constexpr std::size_t message_size_max = 1024;

// The lines of `lines` as messages: without their ends, cut to the limit; empty ones are left out.
class MessageInput final : public Input {
 public:
  explicit MessageInput(Input& lines) : lines_(lines) {}
  Task<Bytes> next() override;

 private:
  Input& lines_;
};

// Shows the answers on `output`, and how the conversation ended.
class AnswerOutput final : public Output {
 public:
  explicit AnswerOutput(Output& output) : output_(output) {}
  Task<bool> show(Bytes piece) override;
  Task<> settle() override { return output_.settle(); }
  Task<> end() override;

 private:
  Output& output_;
};

}  // namespace bowline::cli
