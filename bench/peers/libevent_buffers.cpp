// The echo server on libevent's bufferevents, as its book has it. usage: libevent_buffers PORT
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>

namespace {

void echo(bufferevent* session, void*) {
  evbuffer_add_buffer(bufferevent_get_output(session), bufferevent_get_input(session));
}

void ended(bufferevent* session, short, void*) {
  bufferevent_free(session);
}

void accept(evconnlistener* listener, evutil_socket_t fd, sockaddr*, int, void*) {
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  event_base* base = evconnlistener_get_base(listener);
  bufferevent* session = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
  bufferevent_setcb(session, echo, nullptr, ended, nullptr);
  bufferevent_enable(session, EV_READ | EV_WRITE);
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
