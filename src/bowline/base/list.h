// Intrusive FIFO queue: the records carry their own link, so queueing never allocates. A record is
// in one queue at a time and must stay where it is while it is queued.
#pragma once

namespace bowline {

template <class T>
class Queue {
 public:
  bool empty() const { return head_ == nullptr; }
  void push(T& item) {
    item.next = nullptr;
    (head_ ? tail_->next : head_) = &item;
    tail_ = &item;
  }
  // The oldest item, or nullptr.
  T* pop() {
    T* item = head_;
    if (item) head_ = static_cast<T*>(item->next);
    return item;
  }
  // Moves all items of `other` to the end of this queue.
  void take(Queue& other) {
    if (other.empty()) return;
    (head_ ? tail_->next : head_) = other.head_;
    tail_ = other.tail_;
    other.head_ = nullptr;
  }
  // Takes `item` out of the middle; false when it was not here. Linear.
  bool remove(T& item) {
    T* before = nullptr;
    for (T* at = head_; at; before = at, at = static_cast<T*>(at->next)) {
      if (at != &item) continue;
      (before ? before->next : head_) = item.next;
      if (tail_ == &item) tail_ = before;
      return true;
    }
    return false;
  }

 private:
  T* head_ = nullptr;
  T* tail_ = nullptr;
};

}  // namespace bowline
