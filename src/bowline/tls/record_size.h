// How much goes into the next TLS record. A record can be read only when all of it has come, so the
// first ones fit into one packet each, for latency; later ones are as large as they may be.
#pragma once

#include "bowline/base/time.h"

#include <cstddef>

namespace bowline {

class RecordSize {
 public:
  static constexpr std::size_t small = 1300;        // with what goes around it, in one packet
  static constexpr std::size_t large = 16384;       // the most there can be (RFC 8446 5.1)
  static constexpr std::size_t warm_up = 64 << 10;  // bytes in small records, then large ones
  static constexpr Duration idle = std::chrono::seconds(1);  // after so long it begins anew

  // Payload of the record that is written at `now`, at most.
  std::size_t next(Time now) {
    if (now - last_ >= idle) sent_ = 0;
    return sent_ < warm_up ? small : large;
  }
  void sent(std::size_t count, Time now) {
    last_ = now;
    if (sent_ < warm_up) sent_ += count;
  }

 private:
  std::size_t sent_ = 0;
  Time last_{};
};

}  // namespace bowline
