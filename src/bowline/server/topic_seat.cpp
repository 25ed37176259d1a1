#include "bowline/server/topic_seat.h"

#include <utility>

namespace bowline {

void TopicDesk::ring(TopicSeat* seat) {
  std::lock_guard lock(mutex_);
  if (!seat) {
    room_rung_ = true;
  } else if (!std::exchange(seat->is_rung, true)) {
    rung_.push_back(seat);
  }
  if (std::exchange(posted_, true)) return;
  network.post([desk = shared_from_this()] { desk->tell(); });
}

void TopicDesk::forget(TopicSeat& seat) {
  std::lock_guard lock(mutex_);
  if (std::exchange(seat.is_rung, false)) std::erase(rung_, &seat);
}

// Seats leave on this thread only, so all that were rung are there.
void TopicDesk::tell() {
  std::lock_guard lock(mutex_);
  posted_ = false;
  for (TopicSeat* seat : rung_) {
    seat->is_rung = false;
    seat->tell();
  }
  rung_.clear();
  if (std::exchange(room_rung_, false)) room.pulse();
}

void TopicSeat::tell() {
  if (is_cut) return scope->cancel();
  woken.open();
}

const Message* TopicSeat::next() {
  std::lock_guard lock(mutex_);
  const Message* message = outbox_.next();
  sleeps_ = !message;
  if (sleeps_) woken.close();
  return message;
}

bool TopicSeat::sent() {
  std::lock_guard lock(mutex_);
  outbox_.sent();
  without_room_since_ = never;
  return std::exchange(awaited_, false);
}

std::optional<Time> TopicSeat::without_room_since(std::size_t size, Time now) {
  std::lock_guard lock(mutex_);
  if (outbox_.has_room(size)) return std::nullopt;
  if (now == never) return without_room_since_;
  awaited_ = true;
  if (without_room_since_ == never) without_room_since_ = now;
  return without_room_since_;
}

TopicSeat::Taken TopicSeat::put(Message message) {
  std::lock_guard lock(mutex_);
  std::uint64_t dropped = outbox_.dropped();
  Outbox::Put put = outbox_.put(std::move(message));
  return {put, outbox_.dropped() - dropped, outbox_.has_next() && std::exchange(sleeps_, false)};
}

std::uint64_t TopicSeat::dropped() {
  std::lock_guard lock(mutex_);
  return outbox_.dropped();
}

}  // namespace bowline
