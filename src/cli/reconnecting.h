// A conversation that outlasts its connections: what `connect --reconnect` does. What is typed
// meanwhile waits, and is sent when there is a connection again.
#pragma once

#include "bowline/client/client.h"
#include "bowline/task/gate.h"
#include "cli/conversation.h"

#include <functional>
#include <string>

namespace bowline::cli {

class Reconnecting {
 public:
  // `tell` is called with a line for whoever watches. Each piece of `input` is a message, of the
  // kind that `rules` say; `rules.turns` has no meaning here.
  Reconnecting(Network network, std::string url, ClientOptions options, ConversationOptions rules,
               Input& input, Output& output, std::function<void(const std::string&)> tell);

  // Talks until the input has ended, all of it has gone and the peer has ended or been silent for
  // as long as `rules` say; or until the messages were counted. Throws Error when the client gives
  // up.
  Task<> hold();

  std::uint64_t sent() const { return sent_; }          // bytes
  std::uint64_t received() const { return received_; }  // bytes

 private:
  static Task<> talk(Scope& scope, Reconnecting* self);
  Task<> send();
  Task<> send_all();
  Task<> hear_out();
  Task<> receive_all();
  void show_state(const ClientState& state);
  ClientOptions told(ClientOptions options);

  Network network_;
  ConversationOptions rules_;
  Input& input_;
  Output& output_;
  std::function<void(const std::string&)> tell_;
  std::size_t count_max_;  // of messages that wait
  Client client_;
  Gate begun_;  // open from the first connection on
  bool connected_ = false;
  bool full_told_ = false;  // since there was a connection
  MessageCounter counter_;
  std::string line_;  // a message as it is shown
  Time last_activity_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace bowline::cli
