#include "cli/conversation.h"

#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

namespace bowline::cli {
namespace {

// A piece that does not end a line is a whole message when nothing follows it for so long.
constexpr Duration settle_pause = std::chrono::milliseconds(100);

// How long messages have to stay away after the end of input before the goodbye.
constexpr Duration goodbye_pause = std::chrono::milliseconds(500);

// After the peer's end: an input that gives nothing for so long is not waited for.
constexpr Duration input_pause_max = std::chrono::milliseconds(100);

// A deadline of our own, not the network's ETIMEDOUT.
bool is_pause(const Error& error) {
  return error.code() == std::make_error_code(std::errc::timed_out);
}

Error silence_error(const Stream& stream, Duration timeout) {
  double seconds = std::chrono::duration<double>(timeout).count();
  return make_error(std::make_error_code(std::errc::timed_out), "talk to " + stream.peer_url(),
                    fmt::format("nothing came or went for {:g} s", seconds));
}

}  // namespace

Error count_error(const std::string& url, const MessageCounter& counter, std::uint64_t wanted) {
  return make_error(make_error_code(Errc::ended_early), "read from " + url,
                    fmt::format("{} of {} messages came", counter.count(), wanted));
}

Task<> Output::settle() {
  co_return;
}

Task<> Output::end() {
  co_return;
}

Task<> Conversation::hold() {
  Context& context = co_await current_context();
  Scope scope(context);
  context_ = &context;
  scope_ = &scope;
  note_activity();
  turn_.open();
  scope.start(send());
  scope.start(receive());
  if (options_.timeout != forever) scope.start(watch_silence());
  co_await scope.join();
  if (failure_ && !satisfied_) throw *failure_;
}

void Conversation::end_with(const Error& error) {
  if (!error.cancelled() && !failure_) failure_ = error;
  scope_->cancel();
}

Task<> Conversation::send() {
  Result<void> sent = co_await attempt(send_all());
  sending_over_ = true;
  if (!sent && writing_ && !sent.error().cancelled()) {
    // What the peer said before it stopped listening is still to be read; if it was us who could
    // not send, it learns that nothing more comes.
    failure_ = sent.error();
    Result<void> ended = co_await attempt(stream_.write_end());
    co_return;
  }
  if (!sent) {
    end_with(sent.error());
    co_return;
  }
  if (!options_.half_closes && options_.count != 0) co_return;
  if (!options_.half_closes) co_await hear_out();
  // A peer that is gone already shows in the other direction.
  Result<void> ended = co_await attempt(stream_.write_end());
  note_activity();
  if (options_.wait == forever) co_return;
  if (options_.half_closes) {
    Result<void> slept = co_await attempt(sleep(options_.wait));
  }
  scope_->cancel();
}

// WebSocket has no half-close: after our goodbye a server answers nothing. So that waits as long as
// was asked for, else until it is quiet.
Task<> Conversation::hear_out() {
  Duration left = options_.wait == forever ? goodbye_pause : options_.wait;
  while (left > Duration()) {
    Result<void> slept = co_await attempt(sleep(left));
    if (!slept || options_.wait != forever) co_return;
    left = last_activity_ + goodbye_pause - context_->scheduler().now();
  }
}

Task<> Conversation::send_all() {
  for (;;) {
    if (options_.turns) co_await turn_.passed();
    turn_.close();
    Bytes piece = co_await input_.next();
    if (piece.empty()) co_return;
    ++pieces_;
    writing_ = true;
    if (options_.messages == MessageKind::none) {
      co_await stream_.write_all(piece);
    } else {
      co_await send_message(piece);
    }
    writing_ = false;
    sent_ += piece.size();
    note_activity();
  }
}

Task<> Conversation::send_message(Bytes piece) {
  bool ended = options_.messages == MessageKind::text && piece.text().ends_with('\n');
  co_await SendMessage(stream_, piece.first(piece.size() - ended), options_.messages);
}

Task<> Conversation::receive() {
  Result<void> received = co_await attempt(receive_all());
  if (!received) {
    // Why the peer is gone says more than that it takes nothing.
    if (!received.error().cancelled()) failure_ = received.error();
    scope_->cancel();
    co_return;
  }
  if (!satisfied_) co_await finish_sending();
  scope_->cancel();
}

Task<> Conversation::receive_all() {
  if (options_.messages != MessageKind::none) {
    co_await receive_messages();
    if (satisfied_) co_return;
  }
  while (options_.messages == MessageKind::none) {
    Chunk chunk = co_await next_chunk();
    if (satisfied_) co_return;
    note_activity();
    if (chunk.empty()) break;
    co_await deliver(chunk);
    if (satisfied_) co_return;
  }
  peer_ended_ = true;
  counter_.settle();
  satisfied_ = counter_.done();
  co_await output_.settle();
  co_await output_.end();
  if (options_.count != 0 && !satisfied_) {
    throw count_error(stream_.peer_url(), counter_, options_.count);
  }
}

Task<> Conversation::receive_messages() {
  while (Message message = co_await ReceiveMessage(stream_)) {
    note_activity();
    co_await deliver_message(message.bytes());
    if (satisfied_) co_return;
  }
}

// A message counts as one, whatever lines it has.
Task<> Conversation::deliver_message(Bytes message) {
  received_ += message.size();
  counter_.take("\n");
  Bytes shown = message;
  if (options_.lines) {
    line_.assign(message.text());
    line_ += '\n';
    shown = line_;
  }
  delivering_ = true;
  bool wants_more = shown.empty();
  if (!shown.empty()) wants_more = co_await output_.show(shown);
  delivering_ = false;
  note_activity();
  satisfied_ = !wants_more || counter_.done();
  turn_.open();
}

// The next piece, empty at the end. A pause before it settles what is unfinished.
Task<Chunk> Conversation::next_chunk() {
  if (!unsettled_) co_return co_await stream_.read_some();
  Result<Chunk> chunk = co_await attempt(within(settle_pause, stream_.read_some()));
  if (chunk || !is_pause(chunk.error())) co_return std::move(chunk).value();
  unsettled_ = false;
  counter_.settle();
  co_await output_.settle();
  satisfied_ = counter_.done();
  if (satisfied_) co_return Chunk();
  co_return co_await stream_.read_some();
}

Task<> Conversation::deliver(Bytes piece) {
  received_ += piece.size();
  Bytes wanted = options_.count != 0 ? piece.first(counter_.take(piece)) : piece;
  delivering_ = true;
  bool wants_more = co_await output_.show(wanted);
  delivering_ = false;
  note_activity();
  unsettled_ = piece.text().back() != '\n';
  satisfied_ = !wants_more || counter_.done();
  turn_.open();
}

// A peer that stopped talking may still listen: what is being written and what input has at once
// goes out. Only an input that pauses is given up.
Task<> Conversation::finish_sending() {
  while (!sending_over_) {
    std::uint64_t before = pieces_;
    Result<void> slept = co_await attempt(sleep(input_pause_max));
    if (!slept || (!writing_ && pieces_ == before)) co_return;
  }
}

Task<> Conversation::watch_silence() {
  for (;;) {
    // Who is slow to take what came is on our side.
    if (delivering_) note_activity();
    Duration silence = context_->scheduler().now() - last_activity_;
    if (silence >= options_.timeout) {
      end_with(silence_error(stream_, options_.timeout));
      co_return;
    }
    Result<void> slept = co_await attempt(sleep(options_.timeout - silence));
    if (!slept) co_return;
  }
}

}  // namespace bowline::cli
