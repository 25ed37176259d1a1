// Ends of a conversation for tests: an input that gives pieces in turn and then ends or stays
// silent, and an output that keeps what it is shown.
#pragma once

#include "bowline/task/wait.h"
#include "cli/conversation.h"

#include <deque>
#include <string>
#include <vector>

namespace bowline::cli::testing {

class Pieces final : public Input {
 public:
  explicit Pieces(std::vector<std::string> pieces, bool ends = true)
      : pieces_(pieces.begin(), pieces.end()), ends_(ends) {}

  Task<Bytes> next() override {
    if (pieces_.empty() && !ends_) co_await sleep(std::chrono::hours(24));
    if (pieces_.empty()) co_return Bytes();
    current_ = std::move(pieces_.front());
    pieces_.pop_front();
    co_return Bytes(current_);
  }

 private:
  std::deque<std::string> pieces_;
  bool ends_;
  std::string current_;
};

class Shown final : public Output {
 public:
  Task<bool> show(Bytes piece) override {
    text += piece.text();
    co_return text.size() < size_max;
  }
  Task<> settle() override {
    text += "[settled]";
    co_return;
  }
  Task<> end() override {
    text += "[end]";
    co_return;
  }

  std::string text;
  std::size_t size_max = ~std::size_t(0);  // from then on nobody wants more
};

}  // namespace bowline::cli::testing
