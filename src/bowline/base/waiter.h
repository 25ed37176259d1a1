// What goes on once something has happened, and its link in the queue of those that may. Whoever
// answers queues the record; only the loop calls go_on().
#pragma once

namespace bowline {

class Waiter {
 public:
  // What it waited for is over.
  virtual void go_on() = 0;
  // Asks that the wait ends early; it ends as always, by the answer. What can't end early does
  // nothing.
  virtual void ask_to_end() {}

  Waiter* next = nullptr;

 protected:
  Waiter() = default;
  Waiter(const Waiter&) = default;
  Waiter& operator=(const Waiter&) = default;
  ~Waiter() = default;
};

}  // namespace bowline
