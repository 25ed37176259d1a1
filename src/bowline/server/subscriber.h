// One connection among those that Topics serves: what its handler talks through, in place of the
// stream. Its queue of published messages has a writer of its own, so the handler never waits for a
// peer that is slow to read what others say.
#pragma once

#include "bowline/server/shared_message.h"
#include "bowline/server/topic_seat.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace bowline {

class Topics;

class Subscriber {
 public:
  Subscriber(const Subscriber&) = delete;
  ~Subscriber();

  // From now on it gets what is published under `name` (1 to Topics::name_size_max bytes); once is
  // enough. Throws Error (std::errc::no_buffer_space) beyond TopicsOptions::subscriptions_max.
  void subscribe(std::string_view name);
  void unsubscribe(std::string_view name);

  // As MessageStream::receive().
  ReceiveMessage receive() { return peer_.receive(); }
  // Sends to this peer alone, as MessageStream::send() does: ahead of what is queued for it, and
  // never within one of those messages.
  Task<> send(MessageView message) { return write(message, true); }
  // Topics::publish(), to all but this one.
  Task<std::size_t> publish(std::string_view name, MessageView message);

  // How many messages for this one were dropped.
  std::uint64_t dropped() { return seat_.dropped(); }
  // To look at: who the peer is, what it asked for. It is read and written through this alone.
  Stream& stream() { return peer_.stream(); }

 private:
  friend class Topics;
  using Body = std::function<Task<>(Subscriber& me)>;
  class Turn;

  Subscriber(Topics& topics, Network network, MessageStream peer);
  static Task<> talk(Scope& scope, Subscriber* me, const Body* body);
  Task<> write_queue();
  Task<> write_messages();
  Task<> write(MessageView message, bool ahead);
  void tell_of_dropped();
  void leave();
  Error cut_off();

  Topics& topics_;
  MessageStream peer_;
  TopicSeat seat_;
  std::uint64_t dropped_told_ = 0;
  bool over_ = false;  // the handler has ended
  // One writes at a time; those who go ahead of the queue are counted.
  bool writing_ = false;
  unsigned ahead_ = 0;
  Gate turn_;     // pulses when nobody writes
  Gate written_;  // the queue has gone, or never will
};

}  // namespace bowline
