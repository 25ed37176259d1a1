// The body of an HTTP/1.1 message: how its end is told, and reading and writing it in any pieces
// (RFC 9112 6 and 7). Fields that tell the end in two ways are refused, not weighed.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/proto/http_head.h"

#include <cstdint>
#include <string>

namespace bowline {

struct HttpFraming {
  enum class Kind : std::uint8_t { none, length, chunked, until_end };

  Kind kind = Kind::none;
  std::uint64_t length = 0;  // of kind `length`
};

// What the fields say. Without any, a request has no body, and a response goes on until the
// connection's end; where a status or a HEAD leaves no body is for the caller.
HttpFailure read_framing(const HttpFields& fields, int minor_version, bool is_response,
                         HttpFraming& framing);

class HttpBodyReader {
 public:
  enum class Step : std::uint8_t { more, data, end, failed };

  // `limits` must outlive the reader. A length beyond the limit fails at once.
  explicit HttpBodyReader(const HttpLimits& limits) : limits_(&limits) {}
  void begin(const HttpFraming& framing);

  // Takes what it can off the front of `input`. `data`: `piece` is the next part of the body, in
  // place. `more`: all of `input` was taken. `end`: what is left belongs to the next message.
  Step next(Bytes& input, Bytes& piece);
  // The connection ended: whether the body did too.
  bool ended_by_connection() const { return state_ == State::until_end; }
  const HttpFailure& failure() const { return failure_; }

 private:
  enum class State : std::uint8_t {
    counted,    // `left_` bytes to the end
    until_end,  // all that comes
    size,       // a chunk's size
    extension,
    size_end,  // the line feed after it
    chunk,     // `left_` bytes to the end of the chunk
    chunk_return,
    chunk_end,
    trailer,  // a trailer line or the last, empty one
    trailer_end,
    ended,
    failed,
  };

  Step take_data(Bytes& input, Bytes& piece);
  void take_framing(char c);
  void take_size(char c);
  void take_trailer(char c);
  void end_size();
  void end_trailer();
  void expect(char c, char wanted, State next);
  void count(std::uint64_t size);
  void fail(int status, const char* why);

  const HttpLimits* limits_;
  HttpFailure failure_;
  State state_ = State::ended;
  std::uint8_t digits_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t size_ = 0;    // of the body so far
  std::size_t overhead_ = 0;  // extensions and trailers so far
  std::size_t trailers_ = 0;
  std::string trailer_;  // the line at hand
};

// "5\r\nhello\r\n"; an empty `data` adds nothing, for a chunk of size 0 is the end.
void append_chunk(std::string& out, Bytes data);
void append_last_chunk(std::string& out);

}  // namespace bowline
