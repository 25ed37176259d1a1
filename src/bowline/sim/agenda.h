// What is going to happen in a simulated world, in the order of time and, at one time, in the order
// in which it was set. An Event carries its own place in it, so that setting one allocates nothing.
#pragma once

#include "bowline/base/time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bowline::sim {

class Agenda;

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  virtual void happen() = 0;
  bool is_set() const { return agenda_ != nullptr; }
  Time at() const { return at_; }

 protected:
  ~Event();

 private:
  friend class Agenda;
  Agenda* agenda_ = nullptr;  // where it is set
  Time at_{};
  std::uint64_t order_ = 0;
  std::size_t index_ = 0;
};

class Agenda {
 public:
  // `event` happens at `at`, and no longer when it was to before.
  void set(Event& event, Time at);
  // As set, unless `event` is to happen by then anyway.
  void set_by(Event& event, Time at);
  void clear(Event& event);
  // The time of the earliest, or `never`.
  Time next() const { return heap_.empty() ? never : heap_.front()->at_; }
  // The earliest, taken out; there must be one.
  Event& take();
  std::size_t size() const { return heap_.size(); }

 private:
  void place(Event* event, std::size_t index);
  void sift_up(Event* event, std::size_t index);
  void sift_down(Event* event, std::size_t index);

  std::vector<Event*> heap_;
  std::uint64_t count_ = 0;  // how many were ever set
};

}  // namespace bowline::sim
