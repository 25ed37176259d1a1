// Lines of another input, asked for with a prompt, one a piece: what a program that talks line by
// line reads when it has no terminal to edit them on.
#pragma once

#include "cli/conversation.h"

#include <string>

namespace bowline::cli {

class LineInput final : public Input {
 public:
  // Shows `prompt`, which may be empty, on `output` before each line. Of a line that is longer than `size_max` bytes the
  // rest is dropped.
  LineInput(Input& input, Output& output, std::string prompt, std::size_t size_max);
  // A line with its "\n", which the last may lack.
  Task<Bytes> next() override;

 private:
  bool take(Bytes bytes);

  Input& input_;
  Output& output_;
  std::string prompt_;
  std::size_t size_max_;
  std::string line_;
  Bytes rest_;  // of the piece that `input_` gave
  bool ended_ = false;
};

}  // namespace bowline::cli
