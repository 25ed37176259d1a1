// Bytes as `hexdump -C` and `xxd` show them: offset, sixteen bytes in hexadecimal, the same as
// text. What comes together is shown at once: a row is not held back until it is full.
#pragma once

#include "cli/conversation.h"

#include <cstdint>
#include <string>

namespace bowline::cli {

class HexDump {
 public:
  // The rows for `piece`, which comes after those before it; the offset counts them all.
  std::string rows(Bytes piece);

 private:
  std::uint64_t offset_ = 0;
};

// Shows what comes as such rows on `output`.
class HexOutput final : public Output {
 public:
  explicit HexOutput(Output& output) : output_(output) {}
  Task<bool> show(Bytes piece) override;
  Task<> end() override { return output_.end(); }

 private:
  Output& output_;
  HexDump dump_;
};

}  // namespace bowline::cli
