// Client: a connection that comes back. It connects again when it was lost, sends what waited
// meanwhile, and receives as if nothing had been; what it tells of that is its state.
//
//   Client client(network, "wss://example.org/prices");
//   scope.start(client.run());
//   while (Message message = co_await client.receive()) ...
#pragma once

#include "bowline/client/backoff.h"
#include "bowline/client/connect.h"
#include "bowline/client/sender.h"
#include "bowline/session/message_stream.h"
#include "bowline/session/outbox.h"
#include "bowline/task/gate.h"
#include "bowline/task/scope.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bowline {

struct ClientState {
  enum class Kind { connecting, connected, waiting, closed };

  Kind kind = Kind::connecting;
  Stream* stream = nullptr;    // connected: what it talks over, only to be looked at
  const Error* why = nullptr;  // waiting, closed: what went wrong; null: nothing did
  Duration wait{};             // waiting: until the next attempt
};

struct ClientOptions {
  ConnectOptions connect;  // a WebSocket's pings are among its options
  // For names, handshakes and the preamble, together.
  Duration connect_timeout = std::chrono::seconds(10);
  BackoffOptions backoff;
  OutboxOptions outbox;
  // What each connection begins with, before anything that waits: logging in, subscribing. It may
  // read answers. Its Error is one of the connection; with std::errc::permission_denied it is
  // final.
  std::function<Task<>(MessageStream& messages)> preamble;
  // Called at each change, on the loop's thread. It may close() the client, and
  // throws nothing.
  std::function<void(const ClientState& state)> on_state;
  // Over TCP a peer whose system does not answer for so long is given up, in whole seconds; the
  // system asks it when nothing else goes. `forever`: never.
  Duration peer_timeout = std::chrono::seconds(60);
  // A connection on which no message comes for so long is given up: for peers that speak regularly.
  Duration silence_max = forever;
};

class Client {
 public:
  // Does nothing yet. All of it belongs to the network's loop; see sender() for other threads.
  Client(Network network, std::string url, ClientOptions options = {});
  Client(const Client&) = delete;
  ~Client();

  // Connects, and again whenever that is needed, until the client is closed. To be run once, in a
  // scope, next to what uses the client. Throws the Error that connecting again can't help: a bad
  // URL, a certificate that is not trusted, a request refused (HTTP 4xx), a message that can't be
  // sent; or the last one when BackoffOptions::failures_max is reached.
  Task<> run();

  // Puts a message, text (UTF-8) or bytes, in the outbox, whether there is a connection or not, and
  // gives its number: the first has 1; 0: it was dropped. Without room it does what
  // OutboxOptions::when_full says. Throws Error when the client is over. Order is kept.
  template <std::convertible_to<std::string_view> Text>
  Task<std::uint64_t> send(const Text& text) {
    return put(make_message(std::string_view(text), MessageKind::text));
  }
  Task<std::uint64_t> send(Bytes bytes) { return put(make_message(bytes, MessageKind::binary)); }
  // With OutboxOptions::until_acknowledged: the peer has all messages up to this number. Others are
  // sent again on the next connection, so the peer may get one twice, and has to know it by an id.
  void acknowledge(std::uint64_t number);
  // The next message, on whichever connection; none once the client was closed. Throws the Error
  // with which run() ended. One task receives at a time. While nobody does, reading pauses after
  // one message, and so do a WebSocket's pings.
  Task<Message> receive();

  // No more is sent than what was by now. When all of that has gone (and was acknowledged, if that
  // is asked for), the peer is told the end of it; what it still sends is received until its end,
  // which then is that of the client.
  void finish();
  // Ends at once: connections, waits, run(). What is in the outbox stays unsent.
  void close();

  // For other threads.
  Sender sender() const { return Sender(mail_); }
  const Outbox& outbox() const { return outbox_; }
  const std::string& url() const { return url_; }

 private:
  struct Connection;

  Task<> run_in_scope();
  Task<> keep_connected();
  Task<> connect_and_talk(Connection* connection);
  Task<> open(Connection* connection);
  static Task<> talk(Scope& scope, Client* client, Connection* connection);
  Task<> write(Scope* scope, Connection* connection);
  Task<> write_all(MessageStream* messages);
  Task<> read_all(MessageStream* messages);
  Task<std::uint64_t> put(Message message);
  void take_mail();
  void outbox_changed();
  bool all_sent() const { return finishing_ && outbox_.empty(); }
  void fail(Error why);
  Error full_error() const;
  void check_open() const;
  void end();
  void tell(const ClientState& state) const;

  Network network_;
  const std::string url_;
  const ClientOptions options_;
  Outbox outbox_;
  // Shared with its senders, which may outlive it.
  std::shared_ptr<SenderMail> mail_;
  std::optional<Message> received_;  // and not yet taken
  std::optional<Error> failure_;     // why it is over
  Scope* scope_ = nullptr;           // of run()
  bool connected_ = false;
  bool finishing_ = false;
  bool over_ = false;
  Gate filled_;   // something is to be written
  Gate room_;     // pulses when the outbox has room
  Gate arrived_;  // there is something to receive, or never will be
  Gate taken_;    // pulses when what was received has been taken
};

}  // namespace bowline
