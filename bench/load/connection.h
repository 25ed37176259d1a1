// One connection of a load: to the server over TCP, TLS or WebSocket, with what it sent and got so
// far. Whatever goes wrong ends the program.
#pragma once

#include "content.h"
#include "tls_client.h"

#include <memory>
#include <string>
#include <vector>

namespace load {

// What all connections have in common.
struct Target {
  int port;
  Content content;
  bool websocket;
  std::unique_ptr<TlsClient> tls;  // null: without TLS
};

class Connection {
 public:
  // Connects, and says the first word of the protocol's handshake. `target` must last.
  Connection(Target& target, std::size_t number);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;

  // Waits until messages may go.
  void finish_opening();
  // From here on nothing waits for the server.
  void stop_waiting();
  // Sends what of so many messages since the beginning was not sent, as far as the socket takes it.
  void send_up_to(std::size_t messages);
  // Takes what has come, all of it right, and gives how many bytes.
  std::size_t receive();
  // After receive() gave `size`: TLS gives a record at a time, a socket all that there is.
  bool may_have_more(std::size_t size) const { return ssl_ || size == receive_max; }
  // One message there and back, waiting for it.
  void ping();
  // Says goodbye as the protocol wants it.
  void close();

  int fd() const { return fd_; }
  // Messages that came back whole.
  std::size_t answered() const { return received_ / target_->content.received_size(); }
  bool was_resumed() const { return SSL_session_reused(ssl_); }

  std::vector<double> begun;  // when each message under way was begun

  static constexpr std::size_t receive_max = 256 << 10;  // bytes that receive() takes at most

 private:
  [[noreturn]] void give_up(const std::string& why) const;
  void begin_tls();
  void set_waiting(bool on);
  // Give a count of bytes, or -1 when it would have to wait.
  ssize_t send_some(std::string_view bytes);
  ssize_t receive_some(char* into, std::size_t size);
  void ask_for_websocket();
  void expect_websocket();
  void say_goodbye();

  Target* target_;
  int fd_ = -1;
  SSL* ssl_ = nullptr;
  std::size_t number_;
  std::size_t sent_ = 0;      // bytes
  std::size_t received_ = 0;  // bytes
};

// All of them open. A listener's backlog is not put to the test.
std::vector<Connection> connect_all(Target& target, std::size_t count);

}  // namespace load
