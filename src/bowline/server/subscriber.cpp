#include "bowline/server/subscriber.h"

#include "bowline/net/tap.h"
#include "bowline/server/topics.h"
#include "bowline/session/websocket.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <utility>

namespace bowline {
namespace {

// How long what is queued may take to go once the handler has ended.
constexpr Duration linger_time = std::chrono::seconds(5);
// After a failed write: what the peer still said may be there to be read.
constexpr Duration last_words_time = std::chrono::seconds(1);

}  // namespace

class Subscriber::Turn {
 public:
  explicit Turn(Subscriber& of) : of_(of) { of_.writing_ = true; }
  Turn(const Turn&) = delete;
  ~Turn() {
    of_.writing_ = false;
    of_.turn_.pulse();
  }

 private:
  Subscriber& of_;
};

Subscriber::Subscriber(Topics& topics, Network network, MessageStream peer)
    : topics_(topics),
      peer_(std::move(peer)),
      seat_(topics.enter(network, true), topics.options_.queue) {}

Subscriber::~Subscriber() {
  leave();
  tell_of_dropped();
  topics_.leave(seat_.desk, true);
}

void Subscriber::subscribe(std::string_view name) {
  topics_.subscribe(seat_, name);
}

void Subscriber::unsubscribe(std::string_view name) {
  topics_.unsubscribe(seat_, name);
}

Task<std::size_t> Subscriber::publish(std::string_view name, MessageView message) {
  return topics_.publish_from(seat_.desk, &seat_, name, message);
}

Task<> Subscriber::talk(Scope& scope, Subscriber* me, const Body* body) {
  Context& context = co_await current_context();
  me->seat_.scope = &scope;
  scope.start(me->write_queue());
  co_await (*body)(*me);
  me->over_ = true;
  me->leave();
  me->seat_.woken.open();
  Result<void> written = co_await attempt(within(linger_time, me->written_.passed()));
  if (!written && !context.cancelled()) me->seat_.is_cut = true;
  scope.cancel();
}

// A failure ends the handler, unless that reads the peer's end first.
Task<> Subscriber::write_queue() {
  Result<void> written = co_await attempt(write_messages());
  written_.open();
  if (written || over_) co_return;
  leave();
  Result<void> slept = co_await attempt(sleep(last_words_time));
  if (!over_) throw written.error();
}

Task<> Subscriber::write_messages() {
  for (;;) {
    if (const Message* message = seat_.next()) {
      co_await write(*message, false);
      if (seat_.sent()) topics_.room_was_made();
    } else if (over_) {
      co_return;
    } else {
      tell_of_dropped();
      co_await seat_.woken.passed();
    }
  }
}

Task<> Subscriber::write(MessageView message, bool ahead) {
  while (writing_ || (!ahead && ahead_ > 0)) {
    ahead_ += ahead;
    Result<void> passed = co_await attempt(turn_.passed());
    ahead_ -= ahead;
    passed.value();
  }
  Turn turn(*this);
  co_await SendMessage(peer_.stream(), message.bytes, message.kind);
}

// For Server::status().
void Subscriber::tell_of_dropped() {
  std::uint64_t dropped = dropped_told_;
  dropped_told_ = seat_.dropped();
  Tap* tap = dropped_told_ > dropped ? find_transport<Tap>(peer_.stream().transport()) : nullptr;
  if (tap) tap->note_dropped(dropped_told_ - dropped);
}

void Subscriber::leave() {
  topics_.remove(seat_);
}

Error Subscriber::cut_off() {
  break_off(peer_, websocket_try_again_later, "too much waits to be read");
  return make_error(std::make_error_code(std::errc::no_buffer_space), "send to " + peer_.peer_url(),
                    "it reads too slowly; no more messages may wait for it");
}

}  // namespace bowline
