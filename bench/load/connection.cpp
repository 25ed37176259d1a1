#include "connection.h"

#include "server_cost.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace load {
namespace {

constexpr std::size_t connecting_max = 64;
// Each thousand of connections has a source address of its own, so that ports last.
constexpr std::size_t connections_an_address = 1000;
constexpr std::size_t addresses = 200;
constexpr std::size_t answer_size_max = 4096;

char incoming[Connection::receive_max];

// RFC 6455 1.3 has this key, and what is to be answered.
constexpr std::string_view websocket_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view goodbye_frame("\x88\x82\0\0\0\0\x03\xe8", 8);  // 1000, masked with zeros
constexpr char goodbye_byte = '\x88';

std::string websocket_request(int port) {
  return "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

int connect_to(int port, std::size_t number) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_with_errno("socket");
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::size_t source = number / connections_an_address % addresses;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + std::uint32_t(source));
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(std::uint16_t(port));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    fail_with_errno("connect");
  }
  return fd;
}

}  // namespace

Connection::Connection(Target& target, std::size_t number)
    : target_(&target), fd_(connect_to(target.port, number)), number_(number) {
  if (target.tls) begin_tls();
  if (target.websocket) ask_for_websocket();
}

Connection::Connection(Connection&& other) noexcept
    : begun(std::move(other.begun)),
      target_(other.target_),
      fd_(std::exchange(other.fd_, -1)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      number_(other.number_),
      sent_(other.sent_),
      received_(other.received_) {}

Connection::~Connection() {
  SSL_free(ssl_);
  if (fd_ >= 0) ::close(fd_);
}

void Connection::begin_tls() {
  ssl_ = target_->tls->start(fd_);
  set_waiting(false);
  SSL_do_handshake(ssl_);
  set_waiting(true);
}

void Connection::finish_opening() {
  if (ssl_ && SSL_do_handshake(ssl_) != 1) fail("the TLS handshake failed");
  if (target_->websocket) expect_websocket();
}

void Connection::stop_waiting() {
  set_waiting(false);
}

void Connection::set_waiting(bool on) {
  if (::fcntl(fd_, F_SETFL, on ? 0 : O_NONBLOCK) < 0) fail_with_errno("fcntl");
}

void Connection::send_up_to(std::size_t messages) {
  std::size_t end = messages * target_->content.sent_size();
  while (sent_ < end) {
    ssize_t count = send_some(target_->content.outgoing(number_, sent_, end));
    if (count < 0) return;
    sent_ += std::size_t(count);
  }
}

std::size_t Connection::receive() {
  ssize_t count = receive_some(incoming, sizeof incoming);
  if (count < 0) return 0;
  if (count == 0) give_up("the server closed it");
  auto size = std::size_t(count);
  if (received_ + size > target_->content.answer_size(sent_)) give_up("more came than was sent");
  if (!target_->content.is_answer(number_, received_, {incoming, size})) give_up("wrong bytes");
  received_ += size;
  return size;
}

void Connection::give_up(const std::string& why) const {
  fail("connection " + std::to_string(number_) + ", byte " + std::to_string(received_) + ": " +
       why);
}

void Connection::ping() {
  std::size_t next = answered() + 1;
  send_up_to(next);
  while (answered() < next) receive();
}

void Connection::close() {
  if (target_->websocket) say_goodbye();
  if (ssl_) SSL_shutdown(ssl_);
  ::close(std::exchange(fd_, -1));
}

ssize_t Connection::send_some(std::string_view bytes) {
  if (ssl_) {
    int count = SSL_write(ssl_, bytes.data(), int(bytes.size()));
    if (count > 0) return count;
    if (SSL_get_error(ssl_, count) != SSL_ERROR_WANT_WRITE) fail("send over TLS failed");
    return -1;
  }
  ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN) fail_with_errno("send");
  return count;
}

ssize_t Connection::receive_some(char* into, std::size_t size) {
  if (ssl_) {
    int count = SSL_read(ssl_, into, int(size));
    if (count > 0) return count;
    int error = SSL_get_error(ssl_, count);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    if (error != SSL_ERROR_WANT_READ) fail("receive over TLS failed");
    return -1;
  }
  ssize_t count = ::recv(fd_, into, size, 0);
  if (count < 0 && errno != EAGAIN) fail_with_errno("receive");
  return count;
}

void Connection::ask_for_websocket() {
  send_some(websocket_request(target_->port));
}

void Connection::expect_websocket() {
  std::string answer;
  while (!answer.ends_with("\r\n\r\n") && answer.size() < answer_size_max) {
    ssize_t count = receive_some(incoming, sizeof incoming);
    if (count == 0) fail("the server closed in place of a WebSocket");
    answer.append(incoming, std::size_t(count));
  }
  if (answer.starts_with("HTTP/1.1 101") && answer.find(websocket_accept) != answer.npos) return;
  fail("no WebSocket: " + answer.substr(0, answer.find('\r')));
}

void Connection::say_goodbye() {
  send_some(goodbye_frame);
  ssize_t count = receive_some(incoming, sizeof incoming);
  if (count < 1 || incoming[0] != goodbye_byte) fail("the server does not answer a goodbye");
}

std::vector<Connection> connect_all(Target& target, std::size_t count) {
  std::vector<Connection> connections;
  connections.reserve(count);
  std::size_t opened = 0;
  for (std::size_t number = 0; number < count; ++number) {
    connections.emplace_back(target, number);
    if (number % connecting_max < connecting_max - 1 && number + 1 < count) continue;
    while (opened <= number) connections[opened++].finish_opening();
    // A pause for the server to accept: what a full backlog drops is tried again a second later.
    ::usleep(1000);
  }
  return connections;
}

}  // namespace load
