// Publish and subscribe: what is published under a name goes to all connections that subscribed to
// it, whatever loop they are on and whatever they speak. A message is copied once, for all.
//
//   Task<> chat(Subscriber& me) {
//     me.subscribe("room");
//     while (Message message = co_await me.receive()) co_await me.publish("room", message);
//   }
//   Topics topics;
//   serve("ws://:8080", [&](Stream peer) { return topics.serve(std::move(peer), chat); });
#pragma once

#include "bowline/server/shared_message.h"
#include "bowline/server/subscriber.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace bowline {

struct TopicsOptions {
  // What may wait for each subscriber, the message that is being sent included, and what becomes of
  // one for which there is no room. `close`: the subscriber is cut off.
  OutboxOptions queue{.when_full = WhenFull::close};
  // WhenFull::wait: who had no room for so long, while somebody waited for it, is cut off.
  Duration wait_max = std::chrono::seconds(30);
  // Names that one may have subscribed to.
  std::size_t subscriptions_max = 100;
};

struct TopicsCounts {
  std::size_t subscribers = 0;  // now
  std::size_t topics = 0;       // now: names with a subscriber
  std::uint64_t published = 0;
  std::uint64_t queued = 0;   // for subscribers, each counted
  std::uint64_t dropped = 0;  // for want of room in a queue
  std::uint64_t cut = 0;      // subscribers that were too slow
};

class Topics {
 public:
  using Body = Subscriber::Body;
  static constexpr std::size_t name_size_max = 256;

  explicit Topics(TopicsOptions options = {});
  Topics(const Topics&) = delete;
  ~Topics();  // when nobody is served any more, nor publishes

  // Serves a connection, as a Server's handler does. Once `body` has ended, what is queued still
  // goes, for some seconds; a WebSocket is closed. A peer that is too slow (see TopicsOptions) is
  // cut off: a WebSocket is closed with 1013, a stream reset, and that is the Error. Throws also
  // what `body` does.
  Task<> serve(MessageStream peer, Body body);

  // Sends a message to all that have subscribed to `name`; gives to how many queues it went. Who
  // gets messages of several publishers gets them in the same order as all others. With
  // WhenFull::wait it waits until all have room; cancelled, it went to none. From a task on any
  // loop. Throws Error (std::errc::message_size) for what no queue may hold.
  Task<std::size_t> publish(std::string_view name, MessageView message);
  // The same from any thread, without waiting: false, and it went to none, when it would have to.
  bool try_publish(std::string_view name, MessageView message);

  // From any thread.
  TopicsCounts counts() const;

 private:
  friend class Subscriber;
  class Visit;
  struct Publication;

  Task<std::size_t> publish_from(TopicDesk& home, const TopicSeat* from, std::string_view name,
                                 MessageView message);
  SharedMessage::Pointer copy(std::string_view name, MessageView message) const;
  bool put(Publication& publication);
  bool all_have_room(const std::vector<TopicSeat*>& seats, Publication& publication);
  void put(TopicSeat& seat, Publication& publication);
  void cut(TopicSeat& seat, const Publication& publication);

  // For subscribers, and who publishes.
  TopicDesk& enter(Network network, bool subscribes);
  void leave(TopicDesk& desk, bool subscribes);
  void subscribe(TopicSeat& seat, std::string_view name);
  void unsubscribe(TopicSeat& seat, std::string_view name);
  void remove(TopicSeat& seat);
  void remove(const TopicSeat::Place& place);
  void room_was_made();
  void tell_of_room();

  TopicsOptions options_;
  mutable std::mutex mutex_;  // for all below
  TopicMap topics_;
  // One for each loop that somebody is on.
  std::vector<std::shared_ptr<TopicDesk>> desks_;
  TopicsCounts counts_;
};

}  // namespace bowline
