// What Topics and a Subscriber share across threads: a TopicSeat is what a subscriber has there, a
// TopicDesk how others reach its loop. Locks are taken in this order, one of a kind at a time:
// that of Topics, of a seat, of a desk.
#pragma once

#include "bowline/net/network.h"
#include "bowline/session/outbox.h"
#include "bowline/task/gate.h"
#include "bowline/task/scope.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bowline {

class TopicSeat;
// Who gets what is published under a name.
using TopicMap = std::map<std::string, std::vector<TopicSeat*>, std::less<>>;

// Shared with what is on its way to the loop, which may come when all who were here have left.
class TopicDesk : public std::enable_shared_from_this<TopicDesk> {
 public:
  explicit TopicDesk(Network at) : network(at) {}

  // From any thread, while it has users. `seat` has something to look at; or, for none, those who
  // wait for room have.
  void ring(TopicSeat* seat);
  // What was rung for `seat` is not told any more. On its loop's thread, as what follows.
  void forget(TopicSeat& seat);

  Network network;
  Gate room;
  // Under the lock of Topics.
  std::size_t users = 0;
  bool waits = false;  // somebody does, for room

 private:
  void tell();

  std::mutex mutex_;
  std::vector<TopicSeat*> rung_;
  bool room_rung_ = false;
  bool posted_ = false;  // tell() is on its way
};

class TopicSeat {
 public:
  TopicSeat(TopicDesk& at, const OutboxOptions& queue) : desk(at), outbox_(queue) {}

  // For its writer. The next message, lent until sent(); when there is none, `woken` opens when
  // there is.
  const Message* next();
  // True when somebody waits for the room that is there now.
  bool sent();

  // For publishers. Nothing when there is room; else since when that was missed, which it is from
  // `now` on if it was not before, unless `now` is never.
  std::optional<Time> without_room_since(std::size_t size, Time now);
  struct Taken {
    Outbox::Put put;
    std::uint64_t dropped;
    bool wakes;  // the writer waited for it
  };
  Taken put(Message message);

  // From any thread.
  std::uint64_t dropped();
  // On its loop's thread.
  void tell();

  TopicDesk& desk;
  Scope* scope = nullptr;  // what ends when it is cut
  Gate woken;
  std::atomic<bool> is_cut = false;  // it was too slow
  bool is_rung = false;              // under the desk's lock

  // Under the lock of Topics.
  struct Place {
    TopicMap::iterator topic;
    std::size_t index;
  };
  std::vector<Place> places;

 private:
  std::mutex mutex_;
  Outbox outbox_;
  bool sleeps_ = false;
  bool awaited_ = false;
  Time without_room_since_ = never;
};

}  // namespace bowline
