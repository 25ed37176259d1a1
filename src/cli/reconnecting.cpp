#include "cli/reconnecting.h"

#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <utility>

namespace bowline::cli {
namespace {

// How long messages have to stay away after the end of input before the goodbye.
constexpr Duration goodbye_pause = std::chrono::milliseconds(500);

// How often to look whether all has gone.
constexpr Duration look_period = std::chrono::milliseconds(20);

std::string waiting_text(std::size_t count) {
  if (count == 0) return {};
  return fmt::format("; {} {}", count, count == 1 ? "message waits" : "messages wait");
}

}  // namespace

Reconnecting::Reconnecting(Network network, std::string url, ClientOptions options,
                           ConversationOptions rules, Input& input, Output& output,
                           std::function<void(const std::string&)> tell)
    : network_(network),
      rules_(rules),
      input_(input),
      output_(output),
      tell_(std::move(tell)),
      count_max_(options.outbox.count_max),
      client_(network, std::move(url), told(std::move(options))),
      counter_(rules.count) {}

ClientOptions Reconnecting::told(ClientOptions options) {
  options.on_state = [this](const ClientState& state) { show_state(state); };
  return options;
}

void Reconnecting::show_state(const ClientState& state) {
  std::string waiting = waiting_text(client_.outbox().count());
  connected_ = state.kind == ClientState::Kind::connected;
  if (connected_) {
    full_told_ = false;
    begun_.open();
    tell_("connected to " + state.stream->peer_url() + waiting);
  }
  if (state.kind != ClientState::Kind::waiting) return;
  double seconds = std::chrono::duration<double>(state.wait).count();
  tell_(fmt::format("{}; trying again in {:.1f} s{}", state.why->what(), seconds, waiting));
}

Task<> Reconnecting::hold() {
  co_await with_scope(talk, this);
}

Task<> Reconnecting::talk(Scope& scope, Reconnecting* self) {
  scope.start(self->client_.run());
  scope.start(self->send());
  co_await self->receive_all();
  scope.cancel();
}

Task<> Reconnecting::send() {
  co_await send_all();
  if (rules_.count != 0) co_return;
  // Who has nothing to say wants to hear, or to know why that can't be.
  co_await begun_.passed();
  if (rules_.half_closes) client_.finish();
  // The wait for answers begins when there is something to answer.
  while (!client_.outbox().empty()) co_await sleep(look_period);
  co_await hear_out();
  client_.finish();
  if (rules_.wait != forever) client_.close();
}

Task<> Reconnecting::send_all() {
  for (;;) {
    Bytes piece = co_await input_.next();
    if (piece.empty()) co_return;
    bool text = rules_.messages == MessageKind::text;
    bool ended = text && piece.text().ends_with('\n');
    Bytes message = piece.first(piece.size() - ended);
    bool full = client_.outbox().count() == count_max_;
    if (full && !connected_ && !std::exchange(full_told_, true)) {
      tell_(fmt::format("{} messages wait; no more is read until some have gone", count_max_));
    }
    if (text) {
      co_await client_.send(message.text());
    } else {
      co_await client_.send(message);
    }
    sent_ += message.size();
    last_activity_ = network_.now();
  }
}

// As long as was asked for; else until the peer ends, where it can be told the end before, or until
// it is quiet.
Task<> Reconnecting::hear_out() {
  if (rules_.wait != forever) co_await sleep(rules_.wait);
  if (rules_.wait != forever || rules_.half_closes) co_return;
  for (Duration left = goodbye_pause; left > Duration();) {
    co_await sleep(left);
    left = last_activity_ + goodbye_pause - network_.now();
  }
}

Task<> Reconnecting::receive_all() {
  while (Message message = co_await client_.receive()) {
    last_activity_ = network_.now();
    received_ += message.size();
    counter_.take("\n");
    line_.assign(message.text());
    if (rules_.lines) line_ += '\n';
    bool wants_more = line_.empty();
    if (!wants_more) wants_more = co_await output_.show(line_);
    if (!wants_more || counter_.done()) co_return;
  }
  co_await output_.settle();
  co_await output_.end();
  if (rules_.count != 0) throw count_error(client_.url(), counter_, rules_.count);
}

}  // namespace bowline::cli
