#include "bowline/client/client.h"

#include "bowline/client/loss.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

namespace bowline {
namespace {

// After a failed write: what the peer still said, or why it went, may be there to be read.
constexpr Duration last_words_time = std::chrono::seconds(1);

Random seeded(Network network) {
  std::uint64_t seed = 0;
  network.fill_random(std::as_writable_bytes(std::span(&seed, 1)));
  return Random(seed);
}

Error gave_up(const Error& why, unsigned failures) {
  if (failures < 2) return why;
  return Error(why.code(), fmt::format("{}; gave up after {} times", why.what(), failures));
}

void watch_peer(Stream& stream, Duration timeout) {
  if (timeout == forever || !stream.peer_address().is_ip()) return;
  auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
  constexpr long most = std::numeric_limits<int>::max();
  stream.set_option(Option::peer_timeout, static_cast<int>(std::clamp<long>(seconds, 1, most)));
}

}  // namespace

// One connection, from the attempt to have it to its end.
struct Client::Connection {
  std::optional<MessageStream> messages;
  Time since = never;  // it stands
  std::optional<Loss> loss;
  bool well_ended = false;

  // What is told first is why.
  void lose(Loss how) {
    if (!loss) loss = std::move(how);
  }
};

Client::Client(Network network, std::string url, ClientOptions options)
    : network_(network),
      url_(std::move(url)),
      options_(std::move(options)),
      outbox_(options_.outbox),
      mail_(
          std::make_shared<SenderMail>(network_, url_, options_.outbox, [this] { take_mail(); })) {}

Client::~Client() {
  BOWLINE_CHECK(!scope_);
  mail_->end("the client is gone");
}

Task<> Client::run() {
  if (!over_) co_await run_in_scope();
  if (failure_) throw *failure_;
}

Task<> Client::run_in_scope() {
  BOWLINE_CHECK(!scope_);
  struct AtEnd {
    Client* client;
    ~AtEnd() { client->end(); }
  } at_end{this};
  Context& context = co_await current_context();
  Scope scope(context);
  scope_ = &scope;
  scope.start(keep_connected());
  co_await scope.join();
}

Task<> Client::keep_connected() {
  Context& context = co_await current_context();
  Random random = seeded(network_);
  Backoff backoff(options_.backoff);
  for (;;) {
    tell({.kind = ClientState::Kind::connecting});
    Connection connection;
    co_await connect_and_talk(&connection);
    outbox_.rewind();
    if (context.cancelled() || connection.well_ended) co_return;
    // Nothing is left to come back for.
    if (all_sent() && options_.outbox.until_acknowledged) co_return;
    const Loss& loss = *connection.loss;
    Duration lasted = connection.since == never ? Duration() : network_.now() - connection.since;
    std::optional<Duration> wait = backoff.next_wait(lasted, loss.retry_after, random);
    if (loss.is_final || all_sent()) wait.reset();
    if (!wait) {
      failure_ = loss.is_final ? loss.why : gave_up(loss.why, backoff.failures());
      co_return;
    }
    tell({.kind = ClientState::Kind::waiting, .why = &loss.why, .wait = *wait});
    Result<void> slept = co_await attempt(sleep(*wait));
    if (!slept) co_return;
  }
}

Task<> Client::connect_and_talk(Connection* connection) {
  try {
    co_await within(options_.connect_timeout, open(connection));
    connection->since = network_.now();
    connected_ = true;
    tell({.kind = ClientState::Kind::connected, .stream = &connection->messages->stream()});
    co_await with_scope(talk, this, connection);
  } catch (const Error& error) {
    std::optional<MessageStream>& messages = connection->messages;
    connection->lose(messages ? loss_of(error, messages->stream()) : loss_of(error));
  }
  connected_ = false;
  connection->messages.reset();
}

Task<> Client::open(Connection* connection) {
  Stream stream = co_await connect(network_.without_advice(), url_, options_.connect);
  watch_peer(stream, options_.peer_timeout);
  connection->messages.emplace(std::move(stream));
  if (options_.preamble) co_await options_.preamble(*connection->messages);
}

Task<> Client::talk(Scope& scope, Client* client, Connection* connection) {
  scope.start(client->write(&scope, connection));
  MessageStream& messages = *connection->messages;
  Result<void> read = co_await attempt(client->read_all(&messages));
  if (!read) {
    connection->lose(loss_of(read.error(), messages.stream()));
  } else {
    bool well = false;
    connection->lose(end_of(messages.stream(), well));
    connection->well_ended = well && client->all_sent();
  }
  scope.cancel();
}

Task<> Client::write(Scope* scope, Connection* connection) {
  Result<void> written = co_await attempt(write_all(&*connection->messages));
  if (written) co_return;  // the peer has the last word
  Loss loss = loss_of(written.error(), connection->messages->stream());
  if (!loss.is_final) {
    Result<void> slept = co_await attempt(sleep(last_words_time));
  }
  connection->lose(std::move(loss));
  scope->cancel();
}

Task<> Client::write_all(MessageStream* messages) {
  for (;;) {
    while (const Message* message = outbox_.next()) {
      co_await messages->send(*message);
      outbox_.sent();
      outbox_changed();
    }
    if (all_sent()) break;
    filled_.close();
    co_await filled_.passed();
  }
  co_await messages->send_end();
}

// What was received and not taken outlasts the connection, so no more than that is read.
Task<> Client::read_all(MessageStream* messages) {
  for (;;) {
    while (received_) co_await taken_.passed();
    Message message;
    if (options_.silence_max == forever) {
      message = co_await messages->receive();
    } else {
      message = co_await within(options_.silence_max, messages->receive());
    }
    if (!message) co_return;
    received_ = std::move(message);
    arrived_.open();
  }
}

Task<Message> Client::receive() {
  while (!received_ && !over_) co_await arrived_.passed();
  if (!received_) {
    if (failure_) throw *failure_;
    co_return Message();
  }
  Message message = std::move(*received_);
  received_.reset();
  if (!over_) arrived_.close();
  taken_.pulse();
  co_return message;
}

Task<std::uint64_t> Client::put(Message message) {
  for (;;) {
    check_open();
    switch (outbox_.put(std::move(message))) {
      case Outbox::Put::taken:
        filled_.open();
        co_return outbox_.last_number();
      case Outbox::Put::dropped:
        co_return 0;
      case Outbox::Put::too_big:
        throw too_big_error("send to " + url_, message.size(), options_.outbox.size_max);
      case Outbox::Put::closed:
        fail(full_error());
        break;
      case Outbox::Put::full:
        co_await room_.passed();
    }
  }
}

void Client::take_mail() {
  if (!mail_->deliver_to(outbox_)) fail(full_error());
  if (outbox_.has_next()) filled_.open();
}

void Client::outbox_changed() {
  take_mail();
  room_.pulse();
  if (!all_sent()) return;
  if (!connected_) return close();
  filled_.open();
}

void Client::acknowledge(std::uint64_t number) {
  outbox_.acknowledge(number);
  outbox_changed();
}

void Client::finish() {
  if (over_ || finishing_) return;
  finishing_ = true;
  mail_->end("the client was told to finish");
  outbox_changed();
}

void Client::close() {
  if (std::exchange(over_, true)) return;
  if (scope_) return scope_->cancel();
  end();
}

void Client::fail(Error why) {
  if (!over_) failure_ = std::move(why);
  close();
}

Error Client::full_error() const {
  return make_error(std::make_error_code(std::errc::no_buffer_space), "send to " + url_,
                    fmt::format("{} messages wait, of {} bytes, and that is the limit",
                                outbox_.count(), outbox_.size()));
}

void Client::check_open() const {
  if (!over_ && !finishing_) return;
  std::string why = failure_     ? failure_->what()
                    : finishing_ ? "the client was told to finish"
                                 : "the client is closed";
  throw make_error(std::make_error_code(std::errc::not_connected), "send to " + url_, why);
}

// All that wait look again, and see that it is over.
void Client::end() {
  scope_ = nullptr;
  over_ = true;
  mail_->end(failure_ ? failure_->what() : "the client is closed");
  for (Gate* gate : {&filled_, &room_, &arrived_, &taken_}) gate->open();
  tell({.kind = ClientState::Kind::closed, .why = failure_ ? &*failure_ : nullptr});
}

void Client::tell(const ClientState& state) const {
  if (options_.on_state) options_.on_state(state);
}

}  // namespace bowline
