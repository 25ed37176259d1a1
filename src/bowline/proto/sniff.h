// What speaks on a connection, told by its first bytes: TLS, HTTP or raw bytes. The answer does not
// depend on how they were cut, and what can still become an HTTP request is never taken for raw.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/time.h"

#include <chrono>
#include <cstdint>

namespace bowline {

enum class Speech : std::uint8_t {
  undecided,
  tls,   // a record with a ClientHello (RFC 8446 4, 5.1)
  http,  // a request line with one of the usual methods, of any version of HTTP
  raw,   // anything else
};

// `seen` is all that came so far. Only a request line that isn't all there yet is undecided for
// longer than a few bytes; after `sniff_size_max` of them it counts as HTTP, which says that it is
// too long.
inline constexpr std::size_t sniff_size_max = 8192;
Speech sniff(Bytes seen);

struct SniffOptions {
  // A client that sends nothing for so long waits for the server to speak first: raw.
  Duration silence = std::chrono::milliseconds(200);
  // One that began what may be TLS or HTTP, and does not go on: a request line past its method is
  // HTTP, all else raw.
  Duration pause = std::chrono::seconds(5);
};

// The same with time. Once decided, it stays so.
class Sniffer {
 public:
  explicit Sniffer(Time now, const SniffOptions& options = {})
      : options_(options), deadline_(later(now, options.silence)) {}

  // `seen` is all that came so far, at least one byte.
  Speech receive(Bytes seen, Time now);
  // The client sends no more: decided as after a pause.
  Speech receive_end();
  Time next_deadline() const { return speech_ == Speech::undecided ? deadline_ : never; }
  Speech on_time(Time now);
  Speech speech() const { return speech_; }

 private:
  Speech settle();

  SniffOptions options_;
  Time deadline_;
  Speech speech_ = Speech::undecided;
  bool past_method_ = false;
};

}  // namespace bowline
