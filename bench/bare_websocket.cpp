// The floor for WebSocket: an echo server on epoll by hand, with nothing that a library would add.
// Edge triggered, one recv for each readiness; the answers to all whole frames in it go with one
// send. It knows what the load sends: no fragments, no pings. usage: bare_websocket PORT
#include "bare_listen.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr int events_a_turn = 64;
constexpr std::size_t mask_size = 4;

char buffer[64 * 1024];
std::string answers;  // to what was read at once

// RFC 6455 4.2.2; empty when there is no key.
std::string handshake_answer(std::string_view request) {
  constexpr std::string_view field = "Sec-WebSocket-Key: ";
  std::size_t begin = request.find(field);
  if (begin == request.npos) return {};
  begin += field.size();
  std::string key(request.substr(begin, request.find('\r', begin) - begin));
  key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
  char text[32];
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text), digest, sizeof digest);
  return std::string(
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: ") +
         text + "\r\n\r\n";
}

struct Frame {
  std::size_t header_size = 0;  // without the mask
  std::size_t payload_size = 0;

  std::size_t size() const { return header_size + mask_size + payload_size; }
};

// The frame at the front of `bytes`; a header size of 0 when even its header is not whole.
Frame frame_at(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  std::size_t size = bytes[1] & 0x7f;
  std::size_t length_bytes = size < 126 ? 0 : size == 126 ? 2 : 8;
  if (bytes.size() < 2 + length_bytes) return {};
  if (length_bytes > 0) size = 0;
  for (std::size_t index = 0; index < length_bytes; ++index) {
    size = size << 8 | static_cast<unsigned char>(bytes[2 + index]);
  }
  return {2 + length_bytes, size};
}

void unmask(char* into, const char* from, std::size_t size, const char* mask) {
  std::uint32_t half;
  std::memcpy(&half, mask, sizeof half);
  std::uint64_t key = std::uint64_t(half) << 32 | half;
  std::size_t index = 0;
  for (; index + sizeof key <= size; index += sizeof key) {
    std::uint64_t word;
    std::memcpy(&word, from + index, sizeof word);
    word ^= key;
    std::memcpy(into + index, &word, sizeof word);
  }
  for (; index < size; ++index) into[index] = char(from[index] ^ mask[index % mask_size]);
}

void append_answer(std::string_view bytes, Frame frame) {
  std::size_t begin = answers.size();
  answers.resize(begin + frame.header_size + frame.payload_size);
  char* into = answers.data() + begin;
  std::memcpy(into, bytes.data(), frame.header_size);
  into[1] = char(into[1] & 0x7f);
  const char* mask = bytes.data() + frame.header_size;
  unmask(into + frame.header_size, mask + mask_size, frame.payload_size, mask);
}

// Most of the time a connection has nothing here.
struct Rest {
  std::string incoming;  // a frame that is not whole yet
  std::string outgoing;  // what a full socket did not take
};

class Server {
 public:
  explicit Server(int listener) : listener_(listener), epoll_(::epoll_create1(0)) {
    watch(listener, EPOLLIN);
  }

  [[noreturn]] void run() {
    epoll_event events[events_a_turn];
    for (;;) {
      int count = ::epoll_wait(epoll_, events, events_a_turn, -1);
      for (int index = 0; index < count; ++index) {
        if (events[index].data.fd == listener_) {
          accept_all();
        } else {
          serve(events[index].data.fd);
        }
      }
    }
  }

 private:
  void watch(int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() {
    for (int count = 0; count < events_a_turn; ++count) {
      int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      if (std::size_t(fd) >= open_.size()) open_.resize(std::size_t(fd) * 2 + 1);
      open_[std::size_t(fd)] = false;
      watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void serve(int fd) {
    if (!rests_.empty() && !send_rest(fd)) return;
    for (;;) {
      ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return drop(fd);
      if (count < 0) return;
      if (!answer(fd, {buffer, std::size_t(count)})) return drop(fd);
      if (!send_answers(fd)) return;
      if (std::size_t(count) < sizeof buffer) return;  // drained: no probe for EAGAIN
    }
  }

  // Fills `answers`; false when the connection is of no use.
  bool answer(int fd, std::string_view bytes) {
    answers.clear();
    auto found = rests_.empty() ? rests_.end() : rests_.find(fd);
    std::string whole;
    if (found != rests_.end()) {
      whole = std::move(found->second.incoming);
      whole += bytes;
      bytes = whole;
      rests_.erase(found);
    }
    if (!open_[std::size_t(fd)]) {
      std::size_t end = bytes.find("\r\n\r\n");
      if (end != bytes.npos) {
        answers = handshake_answer(bytes.substr(0, end + 2));
        if (answers.empty()) return false;
        open_[std::size_t(fd)] = true;
        bytes.remove_prefix(end + 4);
      }
    }
    if (open_[std::size_t(fd)]) bytes = answer_frames(bytes);
    if (!bytes.empty()) rests_[fd].incoming = bytes;
    return true;
  }

  // Gives the bytes of the last frame that is not whole.
  std::string_view answer_frames(std::string_view bytes) {
    for (;;) {
      Frame frame = frame_at(bytes);
      if (frame.header_size == 0 || bytes.size() < frame.size()) return bytes;
      append_answer(bytes, frame);
      bytes.remove_prefix(frame.size());
    }
  }

  // False when not all could be sent.
  bool send_answers(int fd) {
    if (answers.empty()) return true;
    ssize_t sent = ::send(fd, answers.data(), answers.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      drop(fd);
      return false;
    }
    std::size_t done = sent < 0 ? 0 : std::size_t(sent);
    if (done == answers.size()) return true;
    rests_[fd].outgoing.assign(answers, done);
    return false;
  }

  // False when there is still something left to send.
  bool send_rest(int fd) {
    auto found = rests_.find(fd);
    if (found == rests_.end() || found->second.outgoing.empty()) return true;
    std::string& text = found->second.outgoing;
    ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      drop(fd);
      return false;
    }
    if (sent > 0) text.erase(0, std::size_t(sent));
    if (!text.empty()) return false;
    if (found->second.incoming.empty()) rests_.erase(found);
    return true;
  }

  void drop(int fd) {
    rests_.erase(fd);
    ::close(fd);
  }

  int listener_;
  int epoll_;
  std::vector<bool> open_;  // by socket: its handshake is done
  std::unordered_map<int, Rest> rests_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fputs("usage: bare_websocket PORT\n", stderr), 2;
  Server(listen_at(std::atoi(words[1]), SOCK_NONBLOCK)).run();
}
