// What went wrong, told so that one can act on it: what was being done, to which address, what
// happened, what to try. Every public call of bowline throws `Error`, or gives it in a `Result`.
//
//   connect to tcp://127.0.0.1:8000: connection refused: nothing is listening there
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bowline {

// Failures that the operating system has no number for.
enum class Errc {
  name_not_found = 1,  // the host name has no address
  name_lookup_failed,  // the name servers did not answer: may be tried again
  ended_early,         // the stream ended where more was expected
  too_long,            // a line or message passed its limit
  bad_address,         // an address or URL that can't be read, or not be used for this
  not_tls,             // the peer does not speak TLS
  tls_failed,          // the two ends of a TLS connection do not get on, or its bytes are damaged
  peer_not_trusted,    // the peer's certificate is not one to trust, or not for this name
  bad_certificate,     // our certificate, key or authorities can't be read or used
};

std::error_code make_error_code(Errc code);

class Error : public std::system_error {
 public:
  // `text` is the whole message.
  Error(std::error_code code, std::string text) : std::system_error(code), text_(std::move(text)) {}

  const char* what() const noexcept override { return text_.c_str(); }
  bool is(std::errc condition) const { return code() == condition; }
  bool is(Errc condition) const { return code() == make_error_code(condition); }
  bool timed_out() const { return is(std::errc::timed_out); }
  bool cancelled() const { return is(std::errc::operation_canceled); }

 private:
  std::string text_;
};

// "ACTION: what `code` means: ADVICE" as an Error; ADVICE may be empty. The meaning is in words of
// lower case ("connection refused").
Error make_error(std::error_code code, std::string_view action, std::string_view advice = {});
// The same for a number of errno (positive).
Error make_error(int error_number, std::string_view action, std::string_view advice = {});
std::string describe(std::error_code code);
// Its name, for counting: "ECONNRESET", "peer_not_trusted"; "other" for what has none.
std::string_view error_name(std::error_code code);

// A value or the Error in its place. Reading a value that is not there throws that Error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  T& value() & { return checked(); }
  T value() && { return std::move(checked()); }
  T& operator*() { return checked(); }
  T* operator->() { return &checked(); }
  const Error& error() const { return *error_; }

 private:
  T& checked() {
    if (!value_) throw *error_;
    return *value_;
  }
  std::optional<T> value_;
  std::optional<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  void value() const {
    if (error_) throw *error_;
  }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace bowline

template <>
struct std::is_error_code_enum<bowline::Errc> : std::true_type {};
