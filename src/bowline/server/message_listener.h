// A MessageListener waits for clients on behalf of programs without coroutines: each comes as a
// MessageSocket, for the same thread or one of its own.
//
//   MessageListener server = listen_messages("ws://localhost:9797/");
//   for (;;) std::thread(talk, server.accept()).detach();  // void talk(MessageSocket client)
#pragma once

#include "bowline/server/server.h"
#include "bowline/session/message_socket.h"

#include <memory>
#include <string>

namespace bowline {

class MessageListener {
 public:
  MessageListener(MessageListener&&) noexcept = default;
  MessageListener& operator=(MessageListener&& other) noexcept;
  ~MessageListener();  // stops listening; who was accepted stays

  // The next client, once it has done TLS and HTTP: that goes on behind, for many at once and each
  // within ServerLimits::handshake_timeout, so none holds up another; who fails in it is let go.
  // Throws Error when the system has no room for more, after which it may be called again, and when
  // `wait` is over.
  MessageSocket accept(Duration wait = forever);

  const Address& local_address() const;
  std::string url() const;  // with the port that was chosen

 private:
  struct Desk;
  friend MessageListener listen_messages(std::string url, ServerOptions options);
  MessageListener(std::shared_ptr<Worker> worker, std::shared_ptr<Desk> desk);

  std::shared_ptr<Worker> worker_;
  std::shared_ptr<Desk> desk_;  // also held by what runs on the worker
};

// Listens at any URL that a Server can, but for datagrams. `options` are those of a Server; its
// threads, its observer and its rates have no part in this. Throws Error as Server::run() does.
MessageListener listen_messages(std::string url, ServerOptions options = {});

}  // namespace bowline
