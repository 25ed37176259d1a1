// Input for a peer that takes datagrams: each line is one, with its end, and what is too long for
// one is cut.
#pragma once

#include "bowline/base/buffer.h"
#include "cli/conversation.h"

namespace bowline::cli {

class DatagramInput final : public Input {
 public:
  // The most that fits anywhere, over IPv4.
  static constexpr std::size_t size_max = 65'507;

  explicit DatagramInput(Input& from) : from_(from) {}
  Task<Bytes> next() override;

 private:
  std::size_t whole() const;

  Input& from_;
  Buffer kept_{~std::size_t(0)};
  std::size_t lent_ = 0;
  bool ended_ = false;
};

}  // namespace bowline::cli
