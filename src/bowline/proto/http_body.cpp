#include "bowline/proto/http_body.h"

#include "bowline/base/text.h"

#include <charconv>

namespace bowline {
namespace {

// The only coding there is, once, in no parameter's company nor an empty field's.
HttpFailure read_transfer_coding(const HttpFields& fields) {
  std::string codings = fields.joined("transfer-encoding");
  bool is_one = fields.count("transfer-encoding") == 1;
  if (is_one && equals_ignoring_case(codings, "chunked")) return {};
  std::string_view rest = codings;
  std::string_view coding;
  std::size_t chunked = 0;
  std::size_t others = 0;
  while (next_element(rest, coding)) {
    if (!is_http_token(coding)) return {400, "Transfer-Encoding can't be read"};
    ++(equals_ignoring_case(coding, "chunked") ? chunked : others);
  }
  if (others > 0) return {501, "there is no transfer coding but chunked"};
  return {400, chunked > 0 ? "Transfer-Encoding has more than chunked, once"
                           : "Transfer-Encoding is empty"};
}

bool looks_like_framing(std::string_view name) {
  std::string dashed(name);
  for (char& c : dashed) {
    if (c == '_') c = '-';
  }
  return dashed != name && (equals_ignoring_case(dashed, "content-length") ||
                            equals_ignoring_case(dashed, "transfer-encoding"));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace

HttpFailure read_framing(const HttpFields& fields, int minor_version, bool is_response,
                         HttpFraming& framing) {
  for (std::size_t index = 0; index < fields.size(); ++index) {
    // Some programs behind us read "_" as "-".
    if (looks_like_framing(fields[index].name)) {
      return {400, "a field is named almost like one that tells the body's size"};
    }
  }
  std::size_t lengths = fields.count("content-length");
  std::size_t codings = fields.count("transfer-encoding");
  framing = {is_response ? HttpFraming::Kind::until_end : HttpFraming::Kind::none, 0};
  if (codings > 0) {
    if (minor_version == 0) return {400, "HTTP/1.0 has no Transfer-Encoding"};
    if (lengths > 0) return {400, "both Content-Length and Transfer-Encoding"};
    framing.kind = HttpFraming::Kind::chunked;
    return read_transfer_coding(fields);
  }
  if (lengths == 0) return {};
  if (lengths > 1) return {400, "Content-Length stands there more than once"};
  std::string_view value = *fields.find("content-length");
  if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) {
    return {400, "Content-Length is not a number"};
  }
  std::optional<std::uint64_t> length = read_decimal(value);
  if (!length) return {413, "the body is too long"};
  framing = {HttpFraming::Kind::length, *length};
  return {};
}

void HttpBodyReader::begin(const HttpFraming& framing) {
  failure_ = {};
  size_ = left_ = 0;
  overhead_ = trailers_ = 0;
  digits_ = 0;
  switch (framing.kind) {
    case HttpFraming::Kind::none:
      state_ = State::ended;
      break;
    case HttpFraming::Kind::length:
      state_ = framing.length == 0 ? State::ended : State::counted;
      left_ = framing.length;
      count(framing.length);
      break;
    case HttpFraming::Kind::chunked:
      state_ = State::size;
      break;
    case HttpFraming::Kind::until_end:
      state_ = State::until_end;
      break;
  }
}

HttpBodyReader::Step HttpBodyReader::next(Bytes& input, Bytes& piece) {
  while (state_ != State::ended && state_ != State::failed) {
    if (input.empty()) return Step::more;
    if (state_ == State::counted || state_ == State::chunk || state_ == State::until_end) {
      return take_data(input, piece);
    }
    take_framing(input.text()[0]);
    input = input.after(1);
  }
  return state_ == State::ended ? Step::end : Step::failed;
}

HttpBodyReader::Step HttpBodyReader::take_data(Bytes& input, Bytes& piece) {
  if (state_ == State::until_end) {
    // A peer that says no size may still not send without end: the piece that passes the limit is
    // cut at it, so that what was given out does not depend on the pieces.
    piece = input.first(limits_->body_size_max - size_);
    if (piece.empty()) {
      fail(413, "the body is too long");
      return Step::failed;
    }
    size_ += piece.size();
    input = input.after(piece.size());
    return Step::data;
  }
  piece = input.first(left_);
  input = input.after(piece.size());
  left_ -= piece.size();
  if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_return : State::ended;
  return Step::data;
}

void HttpBodyReader::take_framing(char c) {
  switch (state_) {
    case State::size:
      return take_size(c);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_end;
      } else if (!is_http_value({&c, 1})) {
        fail(400, "a chunk's extension has a control character in it");
      } else if (++overhead_ > limits_->fields_size_max) {
        fail(431, "the chunks' extensions are too long");
      }
      return;
    case State::size_end:
      if (c != '\n') return fail(400, "a chunk's size is not followed by a line end");
      return end_size();
    case State::chunk_return:
      return expect(c, '\r', State::chunk_end);
    case State::chunk_end:
      return expect(c, '\n', State::size);
    case State::trailer:
      return take_trailer(c);
    case State::trailer_end:
      if (c != '\n') return fail(400, "a trailer has a carriage return in it");
      return end_trailer();
    case State::counted:
    case State::until_end:
    case State::chunk:
    case State::ended:
    case State::failed:
      return;
  }
}

void HttpBodyReader::take_size(char c) {
  int value = hex_value(c);
  if (value >= 0 && digits_ < 16) {
    left_ = left_ << 4 | static_cast<std::uint64_t>(value);
    ++digits_;
  } else if (value < 0 && digits_ > 0 && (c == '\r' || c == ';')) {
    state_ = c == ';' ? State::extension : State::size_end;
  } else {
    fail(400, "a chunk's size is not a hexadecimal number");
  }
}

void HttpBodyReader::end_size() {
  digits_ = 0;
  state_ = left_ == 0 ? State::trailer : State::chunk;
  count(left_);
}

// Trailers are checked as fields are, and forgotten.
void HttpBodyReader::take_trailer(char c) {
  if (c == '\r') {
    state_ = State::trailer_end;
  } else if (c == '\n') {
    fail(400, "a line ends with a line feed alone");
  } else if (++overhead_ > limits_->fields_size_max) {
    fail(431, "the trailers are too long");
  } else {
    trailer_ += c;
  }
}

void HttpBodyReader::end_trailer() {
  if (trailer_.empty()) {
    trailer_.shrink_to_fit();
    state_ = State::ended;
    return;
  }
  state_ = State::trailer;
  HttpFields::Field field;
  if (HttpFailure failure = split_field_line(trailer_, field)) {
    fail(failure.status, failure.why);
  } else if (++trailers_ > limits_->field_count_max) {
    fail(431, "there are too many trailers");
  }
  trailer_.clear();
}

void HttpBodyReader::expect(char c, char wanted, State next) {
  if (c != wanted) return fail(400, "a chunk is longer than it said");
  state_ = next;
}

void HttpBodyReader::count(std::uint64_t size) {
  if (size > limits_->body_size_max - size_) return fail(413, "the body is too long");
  size_ += size;
}

void HttpBodyReader::fail(int status, const char* why) {
  failure_ = {status, why};
  state_ = State::failed;
}

void append_chunk(std::string& out, Bytes data) {
  if (data.empty()) return;
  char digits[16];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, data.size(), 16);
  out.append(digits, end).append("\r\n").append(data.text()).append("\r\n");
}

void append_last_chunk(std::string& out) {
  out += "0\r\n\r\n";
}

}  // namespace bowline
