// Messages that wait to be sent, with a limit and a rule for when it is reached; and, if wanted,
// kept until the peer has acknowledged them, so that a new connection sends again what an old one
// may have lost. It does no I/O: whoever has a stream asks for the next().
#pragma once

#include "bowline/session/message_stream.h"

#include <cstdint>
#include <deque>

namespace bowline {

// What becomes of a message for which there is no room.
enum class WhenFull {
  wait,         // who sends it waits
  drop_oldest,  // the oldest that were never sent make room
  drop_newest,  // it is dropped itself
  keep_latest,  // all that were never sent are dropped: only the latest state counts
  close,        // that is the end: a peer so slow is not worth a connection
};

struct OutboxOptions {
  std::size_t count_max = 1000;     // messages
  std::size_t size_max = 16 << 20;  // bytes of all messages
  WhenFull when_full = WhenFull::wait;
  bool until_acknowledged = false;  // messages stay until acknowledge(), not only until sent()
};

class Outbox {
 public:
  enum class Put {
    taken,
    full,     // WhenFull::wait: try again when there is room; the message was left alone
    dropped,  // the message was
    closed,   // WhenFull::close: the limit is reached; the message was left alone
    too_big,  // it alone is past the limit of bytes
  };

  explicit Outbox(const OutboxOptions& options = {}) : options_(options) {}

  Put put(Message&& message);
  // The number of the message that was taken last: the first is 1.
  std::uint64_t last_number() const { return last_number_; }

  // The next message to send, or nullptr. It stays here, and is lent until sent() or rewind().
  const Message* next();
  // The message that next() gave has gone.
  void sent();
  // The peer has all messages up to that number. Of those that it was never sent none is
  // taken for acknowledged.
  void acknowledge(std::uint64_t number);
  // There is a new connection: next() begins again with the oldest that is here.
  void rewind();

  // For a message of `size` bytes, as things are.
  bool has_room(std::size_t size) const {
    return count() < options_.count_max && size_ + size <= options_.size_max;
  }
  bool has_next() const { return index_ < begun_.size() || !waiting_.empty(); }
  bool empty() const { return count() == 0; }
  std::size_t count() const { return begun_.size() + waiting_.size(); }
  std::size_t size() const { return size_; }  // bytes
  // How many were dropped for want of room.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Entry {
    Message message;
    std::uint64_t number;
  };

  bool can_be_made_to_fit(const Message& message) const;
  void drop_oldest();
  void remove_acknowledged();

  OutboxOptions options_;
  // Those that next() has given at least once; they are never dropped, for the peer may know of
  // them. Then those that it has not.
  std::deque<Entry> begun_;
  std::deque<Entry> waiting_;
  std::size_t index_ = 0;  // of the next to send, in begun_
  std::size_t size_ = 0;
  std::size_t begun_size_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t dropped_ = 0;
  bool lent_ = false;  // begun_[index_]
};

}  // namespace bowline
