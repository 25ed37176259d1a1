// The small grammar that HTTP's fields are made of (RFC 9110 5.6), and the writing of heads. What
// is written can't be split: a value from outside can't begin another field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// A field to be written.
struct HttpField {
  std::string name;
  std::string value;
};
using HttpFieldList = std::vector<HttpField>;

// At least one letter, digit or one of !#$%&'*+-.^_`|~
bool is_http_token(std::string_view text);
// No control characters but tabs: what a field's value is made of.
bool is_http_value(std::string_view text);
// Visible ASCII, at least one character.
bool is_http_visible(std::string_view text);
// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

// Takes what stands before the first `separator` off the front of `rest`, trimmed, or all of it;
// nothing separates within a quoted string. True if there was a separator.
bool split_first(std::string_view& rest, char separator, std::string_view& part);
// Takes the next element off the front of a comma-separated list, trimmed; empty ones are skipped.
// False at the end of the list.
bool next_element(std::string_view& list, std::string_view& element);
// What a quoted string says, or the token itself; none when `text` is neither.
std::optional<std::string> unquoted(std::string_view text);
// Decimal digits and nothing else; no value when there are none or the number passes 64 bits.
std::optional<std::uint64_t> read_decimal(std::string_view text);

// "Not Found" for 404; "Unknown" for a number without a phrase.
std::string_view http_reason(int status);

// "HTTP/1.1 404 Not Found\r\n".
void append_status_line(std::string& out, int status);
// "name: value\r\n". The name is a token; control characters in the value become blanks.
void append_field(std::string& out, std::string_view name, std::string_view value);
void append_fields(std::string& out, const HttpFieldList& fields);

}  // namespace bowline
