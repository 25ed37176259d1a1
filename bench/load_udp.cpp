// The load for servers that echo datagrams: many sockets of one thread, each with one datagram on
// its way, as cheap as can be. Checks what comes back, and takes the server's processor time.
// Prints one JSON object.
//
//   load_udp PORT PID SENDERS SIZE WARMUP SECONDS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

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

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "load_udp: %s\n", what);
  std::exit(1);
}

double seconds_of(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) fail("the server has ended");
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

class Load {
 public:
  Load(int port, std::size_t senders, std::size_t size)
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
    for (now_ = seconds_of(CLOCK_MONOTONIC); now_ < end; now_ = seconds_of(CLOCK_MONOTONIC)) {
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
  double now_ = seconds_of(CLOCK_MONOTONIC);
  double looked_at_ = now_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 7) fail("usage: load_udp PORT PID SENDERS SIZE WARMUP SECONDS");
  std::size_t size = std::strtoul(words[4], nullptr, 10);
  if (size < sizeof(std::uint64_t)) fail("SIZE is 8 at least");
  clockid_t clock{};
  if (::clock_getcpuclockid(std::atoi(words[2]), &clock) != 0) fail("no such server");
  Load load(std::atoi(words[1]), std::strtoul(words[3], nullptr, 10), size);
  load.begin();
  load.run_until(seconds_of(CLOCK_MONOTONIC) + std::strtod(words[5], nullptr));
  double processor = seconds_of(clock);
  double begin = seconds_of(CLOCK_MONOTONIC);
  Counts counts = load.run_until(begin + std::strtod(words[6], nullptr));
  double used = seconds_of(clock) - processor;
  double passed = seconds_of(CLOCK_MONOTONIC) - begin;
  if (counts.messages == 0) fail("no datagram came back");
  auto messages = double(counts.messages);
  std::printf("{\"messages\": %.0f, \"lost\": %.0f, \"cpu_us\": %.4f, \"rate\": %.0f}\n", messages,
              double(counts.lost), used / messages * 1e6, messages / passed);
}
