// The head of an HTTP/1.1 message: a start line and fields, read in place from bytes that come in
// any pieces (RFC 9112 2 to 5). Strict: what two readers could take for two different things is
// refused.
#pragma once

#include "bowline/proto/http_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// Sizes in bytes. What passes one of them is answered with the status beside it.
struct HttpLimits {
  std::size_t start_line_size_max = 8192;     // 414
  std::size_t fields_size_max = 16384;        // 431; all field lines with their line ends
  std::size_t field_count_max = 100;          // 431
  std::uint64_t body_size_max = 1024 * 1024;  // 413
};

// Why a message was refused: the status a server answers with, and a sentence about it.
struct HttpFailure {
  int status = 0;  // 0: nothing is wrong
  const char* why = "";

  explicit operator bool() const { return status != 0; }
};

// The fields of a head in the order they came. Views are valid as long as the head's bytes are.
class HttpFields {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;  // without blanks around it
  };

  std::size_t size() const { return spans_.size(); }
  Field operator[](std::size_t index) const;
  // The value of the first field called `name`, in any case.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  // All values of `name` as one list, as RFC 9110 5.3 joins them.
  std::string joined(std::string_view name) const;
  // Whether `token` is an element of one of the lists called `name`, in any case.
  bool lists(std::string_view name, std::string_view token) const;

 private:
  friend class HttpHeadReader;
  // Places in the head's bytes, which may move while more of them come.
  struct Span {
    std::uint32_t name_begin, name_size, value_begin, value_size;
  };

  std::string_view bytes_;
  std::vector<Span> spans_;
};

// Splits a field line at its colon and checks both sides.
HttpFailure split_field_line(std::string_view line, HttpFields::Field& field);

class HttpHeadReader {
 public:
  enum class State : std::uint8_t { start_line, fields, done, failed };
  // Finds what is wrong with a start line, as soon as it is there.
  using LineCheck = HttpFailure (*)(std::string_view line);

  HttpHeadReader(const HttpLimits& limits, LineCheck check) : limits_(&limits), check_(check) {}

  // Goes on reading. `seen` is all that came since the head's first byte, so it grows with each
  // call; it may have moved meanwhile. `limits` must outlive the reader.
  State read(std::string_view seen);
  // Begins again with another head; the table of fields keeps its memory.
  void reset();

  State state() const { return state_; }
  const HttpFailure& failure() const { return failure_; }
  // Where the head ends in what was seen; when it is done.
  std::size_t size() const { return line_begin_; }
  std::string_view start_line() const;
  const HttpFields& fields() const { return fields_; }

 private:
  bool next_line(std::string_view& line);
  void take_start_line(std::string_view line);
  void take_field_line(std::string_view line);
  void fail(int status, const char* why);

  const HttpLimits* limits_;
  LineCheck check_;
  HttpFields fields_;
  HttpFailure failure_;
  std::uint32_t start_begin_ = 0;
  std::uint32_t start_size_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t searched_ = 0;  // no line ends before here
  std::size_t fields_begin_ = 0;
  State state_ = State::start_line;
  bool skipped_ = false;
};

}  // namespace bowline
