// Views of bytes. `Bytes` is read-only and made of anything that has them: text, arrays, vectors.
// `MutableBytes` can be written to. Neither owns: what they view must outlive them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace bowline {

using MutableBytes = std::span<std::byte>;

template <class T>
concept ByteLike =
    std::same_as<T, std::byte> || std::same_as<T, char> || std::same_as<T, unsigned char>;

// A vector, array or the like of bytes. Not a plain array of char: whether that is text with a zero
// at its end or mere memory can't be told.
template <class Range>
concept ByteRange = requires(const Range& range) {
  std::size(range);
  requires ByteLike<std::remove_cvref_t<decltype(*std::data(range))>>;
}
&&!std::same_as<std::remove_extent_t<Range>, char>;

class Bytes {
 public:
  constexpr Bytes() = default;
  constexpr Bytes(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  Bytes(const void* data, std::size_t size)
      : data_(static_cast<const std::byte*>(data)), size_(size) {}
  constexpr Bytes(std::span<const std::byte> bytes) : Bytes(bytes.data(), bytes.size()) {}
  constexpr Bytes(std::span<std::byte> bytes) : Bytes(bytes.data(), bytes.size()) {}
  template <ByteRange Range>
  Bytes(const Range& range) : Bytes(std::data(range), std::size(range)) {}
  Bytes(std::string_view text) : Bytes(text.data(), text.size()) {}
  Bytes(const std::string& text) : Bytes(text.data(), text.size()) {}
  Bytes(const char* text) : Bytes(std::string_view(text)) {}

  constexpr const std::byte* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const std::byte* begin() const { return data_; }
  constexpr const std::byte* end() const { return data_ + size_; }
  constexpr std::byte operator[](std::size_t index) const { return data_[index]; }

  // At most `count` bytes from the front; all but `count` of them. Past the end means at the end.
  constexpr Bytes first(std::size_t count) const { return {data_, count < size_ ? count : size_}; }
  constexpr Bytes after(std::size_t count) const {
    return count < size_ ? Bytes(data_ + count, size_ - count) : Bytes(data_ + size_, 0);
  }

  // The same bytes read as text; nothing is checked or copied.
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

inline bool operator==(Bytes left, Bytes right) {
  return left.text() == right.text();
}

inline MutableBytes writable(std::string& text) {
  return {reinterpret_cast<std::byte*>(text.data()), text.size()};
}

// Python's repr() of a bytes object: b'Hello\n', with Python's escapes and choice of quotes.
std::string repr(Bytes bytes);

// How many bytes at the front of `text` are whole UTF-8 characters (RFC 3629); an incomplete
// character at the end is left out, and `valid` turns false at the first byte that can't be UTF-8.
std::size_t whole_utf8(std::string_view text, bool& valid);

}  // namespace bowline
