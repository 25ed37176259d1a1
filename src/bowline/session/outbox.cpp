#include "bowline/session/outbox.h"

#include "bowline/base/check.h"

#include <algorithm>

namespace bowline {

// Those that were begun stay.
bool Outbox::can_be_made_to_fit(const Message& message) const {
  return begun_.size() < options_.count_max && begun_size_ + message.size() <= options_.size_max;
}

void Outbox::drop_oldest() {
  size_ -= waiting_.front().message.size();
  waiting_.pop_front();
  ++dropped_;
}

Outbox::Put Outbox::put(Message&& message) {
  if (message.size() > options_.size_max) return Put::too_big;
  if (!has_room(message.size())) {
    if (options_.when_full == WhenFull::wait) return Put::full;
    if (options_.when_full == WhenFull::close) return Put::closed;
    bool helps = can_be_made_to_fit(message);
    bool all = helps && options_.when_full == WhenFull::keep_latest;
    bool some = helps && options_.when_full == WhenFull::drop_oldest;
    while (!waiting_.empty() && (all || (some && !has_room(message.size())))) drop_oldest();
  }
  if (!has_room(message.size())) {
    ++dropped_;
    return Put::dropped;
  }
  size_ += message.size();
  waiting_.push_back({std::move(message), ++last_number_});
  return Put::taken;
}

const Message* Outbox::next() {
  if (!has_next()) return nullptr;
  if (index_ == begun_.size()) {
    begun_size_ += waiting_.front().message.size();
    begun_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  lent_ = true;
  return &begun_[index_].message;
}

void Outbox::sent() {
  BOWLINE_CHECK(lent_);
  lent_ = false;
  if (!options_.until_acknowledged) {
    acknowledged_ = std::max(acknowledged_, begun_[index_].number);
  }
  ++index_;
  remove_acknowledged();
}

void Outbox::acknowledge(std::uint64_t number) {
  if (begun_.empty()) return;
  acknowledged_ = std::max(acknowledged_, std::min(number, begun_.back().number));
  remove_acknowledged();
}

void Outbox::rewind() {
  index_ = 0;
  lent_ = false;
  remove_acknowledged();
}

// The one that is lent stays, though its acknowledgement may have come before all of it was taken.
void Outbox::remove_acknowledged() {
  while (!begun_.empty() && begun_.front().number <= acknowledged_) {
    if (lent_ && index_ == 0) return;
    size_ -= begun_.front().message.size();
    begun_size_ -= begun_.front().message.size();
    begun_.pop_front();
    if (index_ > 0) --index_;
  }
}

}  // namespace bowline
