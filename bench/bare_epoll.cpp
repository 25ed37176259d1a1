// The floor: an echo server on epoll by hand, with nothing that a library would add. Edge
// triggered, one recv and one send for each readiness, one buffer for all. usage: bare_epoll PORT
#include "bare_listen.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>

namespace {

constexpr int events_a_turn = 64;

char buffer[64 * 1024];

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
      watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void serve(int fd) {
    if (!waiting_.empty() && !send_waiting(fd)) return;
    for (;;) {
      ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return drop(fd);
      if (count < 0) return;
      auto size = std::size_t(count);
      ssize_t sent = ::send(fd, buffer, size, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return drop(fd);
      std::size_t done = sent < 0 ? 0 : std::size_t(sent);
      if (done < size) {
        waiting_[fd].assign(buffer + done, size - done);
        return;
      }
      if (size < sizeof buffer) return;  // drained: no probe for EAGAIN
    }
  }

  // False when there is still something left to send.
  bool send_waiting(int fd) {
    auto found = waiting_.find(fd);
    if (found == waiting_.end()) return true;
    std::string& text = found->second;
    ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      drop(fd);
      return false;
    }
    if (sent > 0) text.erase(0, std::size_t(sent));
    if (!text.empty()) return false;
    waiting_.erase(found);
    return true;
  }

  void drop(int fd) {
    waiting_.erase(fd);
    ::close(fd);
  }

  int listener_;
  int epoll_;
  std::unordered_map<int, std::string> waiting_;  // what a full socket did not take
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fputs("usage: bare_epoll PORT\n", stderr), 2;
  Server(listen_at(std::atoi(words[1]), SOCK_NONBLOCK)).run();
}
