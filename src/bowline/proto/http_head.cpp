#include "bowline/proto/http_head.h"

#include "bowline/base/text.h"

#include <algorithm>

namespace bowline {

HttpFields::Field HttpFields::operator[](std::size_t index) const {
  const Span& span = spans_[index];
  return {bytes_.substr(span.name_begin, span.name_size),
          bytes_.substr(span.value_begin, span.value_size)};
}

std::optional<std::string_view> HttpFields::find(std::string_view name) const {
  for (std::size_t index = 0; index < size(); ++index) {
    Field field = (*this)[index];
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HttpFields::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t index = 0; index < size(); ++index) {
    found += equals_ignoring_case((*this)[index].name, name);
  }
  return found;
}

std::string HttpFields::joined(std::string_view name) const {
  std::string out;
  for (std::size_t index = 0; index < size(); ++index) {
    Field field = (*this)[index];
    if (!equals_ignoring_case(field.name, name)) continue;
    if (!out.empty()) out += ", ";
    out += field.value;
  }
  return out;
}

bool HttpFields::lists(std::string_view name, std::string_view token) const {
  for (std::size_t index = 0; index < size(); ++index) {
    Field field = (*this)[index];
    if (!equals_ignoring_case(field.name, name)) continue;
    std::string_view element;
    while (next_element(field.value, element)) {
      if (equals_ignoring_case(element, token)) return true;
    }
  }
  return false;
}

HttpFailure split_field_line(std::string_view line, HttpFields::Field& field) {
  if (line.starts_with(' ') || line.starts_with('\t')) {
    return {400, "a field goes on in the next line"};
  }
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {400, "a field has no colon"};
  field.name = line.substr(0, colon);
  if (!is_http_token(field.name)) {
    return {400, "the name of a field is empty or has a character that may not be in it"};
  }
  field.value = trimmed(line.substr(colon + 1));
  if (!is_http_value(field.value)) return {400, "a field has a control character in it"};
  return {};
}

void HttpHeadReader::reset() {
  fields_.spans_.clear();
  failure_ = {};
  line_begin_ = searched_ = fields_begin_ = 0;
  state_ = State::start_line;
  skipped_ = false;
}

std::string_view HttpHeadReader::start_line() const {
  return fields_.bytes_.substr(start_begin_, start_size_);
}

HttpHeadReader::State HttpHeadReader::read(std::string_view seen) {
  fields_.bytes_ = seen;
  std::string_view line;
  while ((state_ == State::start_line || state_ == State::fields) && next_line(line)) {
    if (state_ == State::start_line) {
      take_start_line(line);
    } else {
      take_field_line(line);
    }
    line_begin_ = searched_;
  }
  return state_;
}

// The line at `line_begin_` without its end. False when it is not all there, or wrong: whether it
// is too long is decided by the bytes before its line feed, however many of them are there yet.
bool HttpHeadReader::next_line(std::string_view& line) {
  bool first = state_ == State::start_line;
  std::size_t size_max = limits_->start_line_size_max;
  if (!first) {
    // Less this line's own end; the empty line behind the fields is not one of them.
    std::size_t used = line_begin_ - fields_begin_ + 2;
    size_max = limits_->fields_size_max - std::min(used, limits_->fields_size_max);
  }
  std::string_view seen = fields_.bytes_;
  std::size_t end = seen.find('\n', searched_);
  bool whole = end != std::string_view::npos;
  searched_ = whole ? end + 1 : seen.size();
  line = seen.substr(line_begin_, (whole ? end : seen.size()) - line_begin_);
  if (line.size() > size_max + 1) {
    fail(first ? 414 : 431, first ? "the first line is too long" : "the fields are too long");
    return false;
  }
  if (!whole) return false;
  if (!line.ends_with('\r')) {
    fail(400, "a line ends with a line feed alone");
    return false;
  }
  line.remove_suffix(1);
  return true;
}

void HttpHeadReader::take_start_line(std::string_view line) {
  // RFC 9112 2.2 has servers skip an empty line, which old clients send after a body.
  if (line.empty() && !skipped_) {
    skipped_ = true;
    return;
  }
  start_begin_ = static_cast<std::uint32_t>(line_begin_);
  start_size_ = static_cast<std::uint32_t>(line.size());
  fields_begin_ = searched_;
  state_ = State::fields;
  if (HttpFailure failure = check_(line)) fail(failure.status, failure.why);
}

void HttpHeadReader::take_field_line(std::string_view line) {
  if (line.empty()) {
    state_ = State::done;
    return;
  }
  HttpFields::Field field;
  if (HttpFailure failure = split_field_line(line, field)) {
    fail(failure.status, failure.why);
  } else if (fields_.size() == limits_->field_count_max) {
    fail(431, "there are too many fields");
  } else {
    const char* base = fields_.bytes_.data();
    fields_.spans_.push_back({static_cast<std::uint32_t>(field.name.data() - base),
                              static_cast<std::uint32_t>(field.name.size()),
                              static_cast<std::uint32_t>(field.value.data() - base),
                              static_cast<std::uint32_t>(field.value.size())});
  }
}

void HttpHeadReader::fail(int status, const char* why) {
  failure_ = {status, why};
  state_ = State::failed;
}

}  // namespace bowline
