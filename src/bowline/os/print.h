// print(...), as in Python: one line of standard output, its parts joined by spaces, there at once
// and whole also when several threads print.
#pragma once

#include "bowline/base/address.h"

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace bowline {

// One printed part: anything that is text or converts to it, characters, integers, booleans
// ("true"), and addresses in their short form ("127.0.0.1:8000").
class Printed {
 public:
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> Printed(const Text& text)
      : text_(text) {}
  template <std::integral Number>
  Printed(Number number) {
    if constexpr (std::same_as<Number, bool>) {
      text_ = number ? "true" : "false";
    } else if constexpr (std::same_as<Number, char>) {
      set_character(number);
    } else if constexpr (std::is_signed_v<Number>) {
      set_signed(number);
    } else {
      set_unsigned(number);
    }
  }
  Printed(const Address& address) : own_(address.text()), text_(own_) {}
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;

  std::string_view text() const { return text_; }

 private:
  void set_character(char character);
  void set_signed(long long number);
  void set_unsigned(unsigned long long number);

  std::string own_;
  std::string_view text_;
};

void print_line(const Printed* parts, std::size_t count);

// Writes the line with one write(2), after what printf() and its kind still hold back. Failures (a
// closed pipe) are not told.
template <class... Parts>
void print(const Parts&... parts) {
  if constexpr (sizeof...(parts) == 0) {
    print_line(nullptr, 0);
  } else {
    const Printed all[] = {parts...};
    print_line(all, sizeof...(parts));
  }
}

}  // namespace bowline
