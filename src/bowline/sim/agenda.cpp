#include "bowline/sim/agenda.h"

#include "bowline/base/check.h"

namespace bowline::sim {

Event::~Event() {
  if (agenda_) agenda_->clear(*this);
}

void Agenda::set(Event& event, Time at) {
  clear(event);
  event.agenda_ = this;
  event.at_ = at;
  event.order_ = count_++;
  heap_.push_back(&event);
  sift_up(&event, heap_.size() - 1);
}

void Agenda::set_by(Event& event, Time at) {
  if (!event.is_set() || event.at_ > at) set(event, at);
}

void Agenda::clear(Event& event) {
  if (!event.agenda_) return;
  event.agenda_ = nullptr;
  Event* last = heap_.back();
  heap_.pop_back();
  if (last == &event) return;
  sift_up(last, event.index_);
  sift_down(last, last->index_);
}

Event& Agenda::take() {
  BOWLINE_CHECK(!heap_.empty());
  Event& event = *heap_.front();
  clear(event);
  return event;
}

void Agenda::place(Event* event, std::size_t index) {
  heap_[index] = event;
  event->index_ = index;
}

namespace {

struct Before {
  Time at;
  std::uint64_t order;
  bool operator<(const Before& other) const {
    return at != other.at ? at < other.at : order < other.order;
  }
};

}  // namespace

void Agenda::sift_up(Event* event, std::size_t index) {
  Before key{event->at_, event->order_};
  while (index > 0) {
    Event* parent = heap_[(index - 1) / 2];
    if (!(key < Before{parent->at_, parent->order_})) break;
    place(parent, index);
    index = (index - 1) / 2;
  }
  place(event, index);
}

void Agenda::sift_down(Event* event, std::size_t index) {
  Before key{event->at_, event->order_};
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    auto before = [&](std::size_t at) { return Before{heap_[at]->at_, heap_[at]->order_}; };
    if (child + 1 < heap_.size() && before(child + 1) < before(child)) ++child;
    if (!(before(child) < key)) break;
    place(heap_[child], index);
    index = child;
  }
  place(event, index);
}

}  // namespace bowline::sim
