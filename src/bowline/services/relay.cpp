#include "bowline/services/relay.h"

#include "bowline/net/splice.h"
#include "bowline/session/websocket.h"
#include "bowline/session/websocket_layer.h"
#include "bowline/task/scope.h"
#include "bowline/task/timer.h"

namespace bowline {
namespace {

// What the two directions of a relay share. A timer that looks from time to time whether anything
// came costs the bytes nothing.
class Traffic final : private Timer {
 public:
  Traffic(Scope& scope, Scheduler& scheduler, Duration idle_timeout)
      : scope_(scope), scheduler_(scheduler), idle_timeout_(idle_timeout) {
    set();
  }
  Traffic(const Traffic&) = delete;
  ~Traffic() { scheduler_.clear(*this); }

  std::uint64_t& moved() { return moved_; }  // grows with whatever comes
  // One direction has ended; true for the last.
  bool end() { return ++ended_ == 2; }

 private:
  void set() {
    if (idle_timeout_ != forever) scheduler_.set(*this, later(scheduler_.now(), idle_timeout_));
  }
  void fire() override {
    if (moved_ == seen_) return scope_.cancel(Ending::timed_out(idle_timeout_));
    seen_ = moved_;
    set();
  }

  Scope& scope_;
  Scheduler& scheduler_;
  Duration idle_timeout_;
  std::uint64_t moved_ = 0;
  std::uint64_t seen_ = 0;  // of it, when the timer looked last
  int ended_ = 0;
};

WebSocketLayer* websocket_of(MessageStream& messages) {
  return find_transport<WebSocketLayer>(messages.stream().transport());
}

void reset(MessageStream& messages) {
  break_off(messages, websocket_internal_error, "the other end of the relay failed");
}

// The end of `from`, which `to` may be past hearing of.
Task<> pass_end(MessageStream& from, MessageStream& to) {
  WebSocketLayer* closed = websocket_of(from);
  WebSocketLayer* open = websocket_of(to);
  if (closed && open && closed->details().close_code != 0) {
    open->begin_close(closed->details().close_code, closed->details().close_reason);
    co_return;
  }
  Result<void> ended = co_await attempt(to.send_end());
}

Task<> carry(MessageStream& from, MessageStream& to, Traffic& traffic) {
  while (Message message = co_await from.receive()) {
    std::size_t size = message.size();
    traffic.moved() += size + 1;  // an empty message is one, too
    Result<void> sent = co_await attempt(to.send(message));
    if (!sent) {
      if (sent.error().cancelled() || sent.error().timed_out()) throw sent.error();
      traffic.end();
      co_return;
    }
    if (size < splice_size_min) continue;
    message = Message();
    co_await splice(from.stream(), to.stream(), traffic.moved());
  }
  // Where the other direction has failed, who still reads may yet be told why this one ends.
  bool last = traffic.end();
  if (!last || websocket_of(from)) co_await pass_end(from, to);
}

}  // namespace

Task<> relay(Stream one, Stream other, RelayOptions options) {
  Context& context = co_await current_context();
  MessageStream left(std::move(one));
  MessageStream right(std::move(other));
  Scope scope(context);
  Traffic traffic(scope, context.scheduler(), options.idle_timeout);
  scope.start(carry(left, right, traffic));
  scope.start(carry(right, left, traffic));
  try {
    co_await scope.join();
  } catch (...) {
    reset(left);
    reset(right);
    throw;
  }
}

Task<> relay_to(Upstreams& upstreams, Stream client, RelayOptions options) {
  Network network = co_await current_network();
  Result<Upstreams::Connection> upstream = co_await attempt(upstreams.connect(network, client));
  if (!upstream) {
    MessageStream refused(std::move(client));
    reset(refused);
    throw upstream.error();
  }
  co_await relay(std::move(client), std::move(upstream->stream), options);
}

}  // namespace bowline
