// The echo server on libevent's plain events: it tells when a socket can be read, and the program
// reads and writes by itself. usage: libevent_events PORT
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

char buffer[64 * 1024];

struct Session {
  event* readable;
  event* writable;
  std::string waiting;  // what a full socket did not take

  void close() {
    evutil_socket_t fd = event_get_fd(readable);
    event_free(readable);
    event_free(writable);
    ::close(fd);
    delete this;
  }
};

void read_ready(evutil_socket_t fd, short, void* context) {
  auto* session = static_cast<Session*>(context);
  ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return session->close();
  ssize_t done = ::send(fd, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (done == size) return;
  if (done < 0 && errno != EAGAIN) return session->close();
  if (done < 0) done = 0;
  session->waiting.assign(buffer + done, static_cast<std::size_t>(size - done));
  event_del(session->readable);
  event_add(session->writable, nullptr);
}

void write_ready(evutil_socket_t fd, short, void* context) {
  auto* session = static_cast<Session*>(context);
  ssize_t done = ::send(fd, session->waiting.data(), session->waiting.size(), MSG_NOSIGNAL);
  if (done < 0 && errno != EAGAIN) return session->close();
  if (done > 0) session->waiting.erase(0, static_cast<std::size_t>(done));
  if (!session->waiting.empty()) return;
  event_del(session->writable);
  event_add(session->readable, nullptr);
}

void accept(evconnlistener* listener, evutil_socket_t fd, sockaddr*, int, void*) {
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  event_base* base = evconnlistener_get_base(listener);
  auto* session = new Session;
  session->readable = event_new(base, fd, EV_READ | EV_PERSIST, read_ready, session);
  session->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, write_ready, session);
  event_add(session->readable, nullptr);
}

}  // namespace

int main(int, char** words) {
  event_base* base = event_base_new();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  unsigned flags = LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE;
  if (!evconnlistener_new_bind(base, accept, nullptr, flags, 4096,
                               reinterpret_cast<sockaddr*>(&address), sizeof address)) {
    return 1;
  }
  return event_base_dispatch(base);
}
