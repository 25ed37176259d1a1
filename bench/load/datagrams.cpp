#include "datagrams.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace load {
namespace {

constexpr int events_a_turn = 256;
// A datagram that did not come back for so long is lost: the sender goes on with the next.
constexpr double lost_after = 0.2;

struct Sender {
  int fd = -1;
  std::uint64_t number = 0;  // of the datagram on its way
  double sent_at = 0;
};

struct Counts {
  std::uint64_t messages = 0;
  std::uint64_t lost = 0;
};

class Senders {
 public:
  Senders(int port, std::size_t senders, std::size_t size)
      : bytes_(size), epoll_(::epoll_create1(EPOLL_CLOEXEC)), senders_(senders) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::uint16_t(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (Sender& sender : senders_) {
      sender.fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (::connect(sender.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
        fail("can't connect");
      }
      epoll_event event{};
      event.events = EPOLLIN | EPOLLET;
      event.data.ptr = &sender;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, sender.fd, &event);
    }
  }

  void begin() {
    for (Sender& sender : senders_) send(sender);
  }

  Counts run_until(double end) {
    Counts counts;
    epoll_event events[events_a_turn];
    for (now_ = now(); now_ < end; now_ = now()) {
      int count = ::epoll_wait(epoll_, events, events_a_turn, 50);
      for (int index = 0; index < count; ++index) {
        counts.messages += receive(*static_cast<Sender*>(events[index].data.ptr));
      }
      if (count < events_a_turn && now_ - looked_at_ > lost_after) counts.lost += replace_lost();
    }
    return counts;
  }

 private:
  void send(Sender& sender) {
    ++sender.number;
    sender.sent_at = now_;
    std::memcpy(bytes_.data(), &sender.number, sizeof sender.number);
    ::send(sender.fd, bytes_.data(), bytes_.size(), 0);
  }

  // How many came back, at most one: the others are echoes of what was given up.
  std::uint64_t receive(Sender& sender) {
    char buffer[65536];
    for (;;) {
      ssize_t size = ::recv(sender.fd, buffer, sizeof buffer, 0);
      if (size < 0) return 0;
      if (std::size_t(size) != bytes_.size()) fail("an answer of another size");
      if (std::memcmp(buffer, &sender.number, sizeof sender.number) != 0) continue;
      send(sender);
      return 1;
    }
  }

  std::uint64_t replace_lost() {
    looked_at_ = now_;
    std::uint64_t lost = 0;
    for (Sender& sender : senders_) {
      if (now_ - sender.sent_at < lost_after) continue;
      ++lost;
      send(sender);
    }
    return lost;
  }

  std::vector<char> bytes_;
  int epoll_;
  std::vector<Sender> senders_;
  double now_ = now();
  double looked_at_ = now_;
};

}  // namespace

void run_datagrams(const Options& options) {
  if (options.size < sizeof(std::uint64_t)) fail("the size is 8 at least");
  Senders senders(options.port, options.connections, options.size);
  senders.begin();
  senders.run_until(now() + options.warmup);
  ServerCost before = server_cost(options.pid);
  double begin = now();
  Counts counts = senders.run_until(begin + options.seconds);
  ServerCost after = server_cost(options.pid);
  if (counts.messages == 0) fail("no datagram came back");
  print_cost(before, after, double(counts.messages), now() - begin);
  std::printf(", \"lost\": %.0f}\n", double(counts.lost));
}

}  // namespace load
