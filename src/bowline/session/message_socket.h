// Messages for programs without coroutines: a MessageSocket blocks, as Socket does, and works over
// all that connect_messages() and listen_messages() know: WebSocket, TLS, framed streams.
//
//   MessageSocket server = connect_messages("ws://localhost:9797/");
//   server.send("Hello world!");
//   while (Message answer = server.recv()) print(answer.text());
#pragma once

#include "bowline/net/worker.h"
#include "bowline/session/websocket.h"

#include <concepts>
#include <memory>
#include <string>

namespace bowline {

struct MessageConnection;

// Its connection lives on a loop with a thread of its own, so that a peer's pings are answered
// while nobody calls; messages that nobody has received yet wait there, 64 KiB of them and no more.
// One thread may send while another receives; nothing else may happen at the same time.
class MessageSocket {
 public:
  MessageSocket(std::shared_ptr<Worker> worker, std::shared_ptr<MessageConnection> connection);
  MessageSocket(MessageSocket&&) noexcept = default;
  MessageSocket& operator=(MessageSocket&& other) noexcept;
  ~MessageSocket();  // as close()

  // The next message, none when the peer has ended; in memory of its own. Throws Error when the
  // connection has failed, and when `wait` is over: nothing is lost by that.
  Message recv(Duration wait = forever);
  // Sends one message: text (UTF-8), bytes, or one that was received, as what it was. Waits while
  // the peer is slow to read. After an Error it is not known whether it was sent.
  template <std::convertible_to<std::string_view> Text>
  void send(const Text& text, Duration wait = forever) {
    send(std::string_view(text), MessageKind::text, wait);
  }
  void send(Bytes bytes, Duration wait = forever) { send(bytes, MessageKind::binary, wait); }
  void send(const Message& message, Duration wait = forever) {
    send(message.bytes(), message.kind(), wait);
  }
  // Over WebSocket: says goodbye with `code` and `reason` (at most 123 bytes), then waits for the
  // peer's, as long as WebSocketOptions::close_timeout. Elsewhere: waits until what was sent has
  // gone, 10 s at most. What still comes is dropped. Never throws.
  void close(unsigned code = websocket_normal, std::string reason = {}) noexcept;

  Address local_address() const;
  Address peer_address() const;
  std::string peer_url() const;

  // WebSocket; elsewhere empty. What the client asked for: "/path?query".
  const std::string& target() const;
  const std::string& subprotocol() const;
  // Once recv() gave the end, or close() came back: why, as the peer said. Zero for a plain
  // goodbye.
  unsigned close_code() const;
  std::string close_reason() const;

 private:
  void send(Bytes bytes, MessageKind kind, Duration wait);

  std::shared_ptr<Worker> worker_;  // that of a listener has many connections
  std::shared_ptr<MessageConnection> connection_;
};

// The thread of message sockets: it ends when the last of them has gone and said its goodbye.
std::shared_ptr<Worker> start_message_worker();
// What a MessageSocket stands for, on the worker's own thread: begins to read `stream`.
std::shared_ptr<MessageConnection> begin_messages(Worker& worker, Stream stream);
// Closes it without a wait, on the same thread.
void end_messages(MessageConnection& connection);

}  // namespace bowline
