#include "content.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace load {
namespace {

// Byte k of connection c is table[(c * step + k) mod period]. A prime period, so that buffers which
// change places meet other bytes.
constexpr std::size_t period = 65521;
constexpr std::size_t step = 7919;
constexpr std::size_t burst_max = 1 << 20;
constexpr std::size_t frames_max = 64 << 10;

constexpr unsigned char mask[] = {0x9d, 0x37, 0xe1, 0x5c};

std::string frame_header(std::size_t size) {
  std::string header = "\x82";
  int length_bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  header += length_bytes == 0 ? char(size) : length_bytes == 2 ? char(126) : char(127);
  for (int index = length_bytes - 1; index >= 0; --index) {
    header += char(std::uint64_t(size) >> (8 * index));
  }
  return header;
}

}  // namespace

Content::Content(std::size_t message_size, bool frames)
    : message_size_(message_size),
      table_(period + burst_max),
      header_(frames ? frame_header(message_size) : ""),
      sent_size_(message_size + (frames ? header_.size() + sizeof mask : 0)),
      received_size_(message_size + header_.size()) {
  std::uint64_t state = 1;
  for (std::size_t index = 0; index < table_.size(); ++index) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    table_[index] = index < period ? char(state >> 56) : table_[index - period];
  }
}

std::size_t Content::answer_size(std::size_t sent) const {
  return header_.empty() ? sent : sent / sent_size_ * received_size_;
}

std::string_view Content::outgoing(std::size_t number, std::size_t place, std::size_t end) {
  std::size_t size = std::min(end - place, burst_max);
  if (header_.empty()) return {raw_at(number, place), size};
  frames_.clear();
  std::size_t skipped = place % sent_size_;
  size = std::min(size, std::max(frames_max, sent_size_) - skipped);
  std::size_t message = place / sent_size_;
  while (frames_.size() < skipped + size) append_frame(number, message++);
  return std::string_view(frames_).substr(skipped, size);
}

void Content::append_frame(std::size_t number, std::size_t message) {
  std::size_t begin = frames_.size();
  frames_ += header_;
  frames_[begin + 1] = char(frames_[begin + 1] | 0x80);
  frames_.append(reinterpret_cast<const char*>(mask), sizeof mask);
  begin = frames_.size();
  frames_.append(raw_at(number, message * message_size_), message_size_);
  for (std::size_t index = 0; index < message_size_; ++index) {
    frames_[begin + index] = char(frames_[begin + index] ^ mask[index % sizeof mask]);
  }
}

bool Content::is_answer(std::size_t number, std::size_t place, std::string_view bytes) const {
  if (header_.empty()) return std::memcmp(raw_at(number, place), bytes.data(), bytes.size()) == 0;
  while (!bytes.empty()) {
    std::size_t message = place / received_size_;
    std::size_t offset = place % received_size_;
    bool in_header = offset < header_.size();
    std::size_t payload_offset = in_header ? 0 : offset - header_.size();
    std::size_t left = in_header ? header_.size() - offset : message_size_ - payload_offset;
    std::size_t size = std::min(left, bytes.size());
    const char* wanted = in_header ? header_.data() + offset
                                   : raw_at(number, message * message_size_ + payload_offset);
    if (std::memcmp(wanted, bytes.data(), size) != 0) return false;
    place += size;
    bytes.remove_prefix(size);
  }
  return true;
}

const char* Content::raw_at(std::size_t number, std::size_t place) const {
  return &table_[(number * step + place) % period];
}

}  // namespace load
