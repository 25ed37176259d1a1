// The floor for datagrams: an echo server on epoll by hand that receives and sends batches, with
// nothing that a library would add. usage: bare_udp PORT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned batch_max = 64;
constexpr std::size_t datagram_size_max = 2048;

char buffers[batch_max][datagram_size_max];
sockaddr_in names[batch_max];
iovec parts[batch_max];
mmsghdr headers[batch_max];

int bind_to(int port) {
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    std::perror("bind");
    std::exit(1);
  }
  return fd;
}

// Echoes one batch; false when the socket was drained.
bool echo(int fd) {
  for (unsigned index = 0; index < batch_max; ++index) {
    parts[index] = {buffers[index], datagram_size_max};
    headers[index].msg_hdr.msg_name = &names[index];
    headers[index].msg_hdr.msg_namelen = sizeof names[index];
    headers[index].msg_hdr.msg_iov = &parts[index];
    headers[index].msg_hdr.msg_iovlen = 1;
  }
  int count = ::recvmmsg(fd, headers, batch_max, MSG_DONTWAIT, nullptr);
  if (count <= 0) return false;
  for (int index = 0; index < count; ++index) parts[index].iov_len = headers[index].msg_len;
  ::sendmmsg(fd, headers, unsigned(count), MSG_DONTWAIT);
  return count == int(batch_max);
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fputs("usage: bare_udp PORT\n", stderr), 2;
  int fd = bind_to(std::atoi(words[1]));
  int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  for (;;) {
    epoll_event ready;
    if (::epoll_wait(epoll, &ready, 1, -1) < 1) continue;
    while (echo(fd)) continue;
  }
}
