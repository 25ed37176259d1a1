#include "bowline/base/buffer.h"

#include "bowline/base/check.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace bowline {
namespace {

constexpr std::size_t capacity_min = 512;

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : memory_(std::move(other.memory_)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      limit_(other.limit_) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  memory_ = std::move(other.memory_);
  begin_ = std::exchange(other.begin_, 0);
  end_ = std::exchange(other.end_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  limit_ = other.limit_;
  return *this;
}

bool Buffer::append(Bytes bytes) {
  if (bytes.size() > room()) return false;
  if (bytes.empty()) return true;
  reserve(bytes.size());
  std::memcpy(memory_.get() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

MutableBytes Buffer::prepare(std::size_t wish) {
  std::size_t count = std::min(wish, room());
  if (count == 0) return {};
  reserve(count);
  return {memory_.get() + end_, count};
}

void Buffer::commit(std::size_t count) {
  BOWLINE_CHECK(count <= capacity_ - end_ && count <= room());
  end_ += count;
  consume(0);
}

void Buffer::consume(std::size_t count) {
  BOWLINE_CHECK(count <= size());
  begin_ += count;
  if (!empty()) return;
  memory_.reset();
  begin_ = end_ = capacity_ = 0;
}

// The quarter above the limit is what keeps a nearly full buffer from moving all its bytes for each
// few that leave: bytes move only after a quarter as many were consumed.
void Buffer::reserve(std::size_t more) {
  if (more <= capacity_ - end_) return;
  if (more <= capacity_ - size() && begin_ >= size() / 4) {
    std::memmove(memory_.get(), memory_.get() + begin_, size());
  } else {
    std::size_t headroom = std::min(limit_ / 4, std::numeric_limits<std::size_t>::max() - limit_);
    std::size_t wish = std::max({capacity_ * 2, size() + more, capacity_min});
    capacity_ = std::max(std::min(wish, limit_ + headroom), size() + more);
    auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    if (!empty()) std::memcpy(memory.get(), memory_.get() + begin_, size());
    memory_ = std::move(memory);
  }
  end_ = size();
  begin_ = 0;
}

}  // namespace bowline
