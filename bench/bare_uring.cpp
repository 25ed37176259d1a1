// The floor on io_uring by hand: multishot accept, multishot receive into a ring of provided
// buffers, and each buffer is sent back from where it lies. usage: bare_uring PORT
#include "bare_listen.h"

#include <liburing.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr unsigned sq_entries = 4096;
constexpr unsigned cq_entries = 32768;
constexpr unsigned buffer_count = 1024;
constexpr unsigned buffer_size = 16 * 1024;
constexpr int buffer_group = 0;

enum class Kind : std::uint64_t { accept, receive, send };

// What a request is about, in its 64 bits of user data: kind, buffer, socket.
std::uint64_t pack(Kind kind, unsigned buffer, int fd) {
  return std::uint64_t(kind) << 56 | std::uint64_t(buffer) << 32 | unsigned(fd);
}

struct Piece {
  unsigned buffer;
  unsigned size;
};

// One send at a time for each socket, or they could change places; the rest waits here.
struct Connection {
  std::vector<Piece> waiting;
  bool sending = false;
  bool starved = false;  // the ring ran out of buffers for it
  bool ended = false;
};

class Server {
 public:
  explicit Server(int listener) : listener_(listener) {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                   IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    params.cq_entries = cq_entries;
    check(io_uring_queue_init_params(sq_entries, &ring_, &params), "io_uring_setup");
    io_uring_register_ring_fd(&ring_);
    provide_buffers();
    accept();
  }

  [[noreturn]] void run() {
    for (;;) {
      int result = io_uring_submit_and_wait(&ring_, 1);
      if (result < 0 && result != -EINTR) check(result, "io_uring_enter");
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* answer = nullptr;
      io_uring_for_each_cqe(&ring_, head, answer) {
        take(*answer);
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
      if (returned_ > 0) io_uring_buf_ring_advance(buffers_, int(returned_));
      if (returned_ > 0) feed_the_starved();
      returned_ = 0;
    }
  }

 private:
  static void check(int result, const char* what) {
    if (result >= 0) return;
    std::fprintf(stderr, "%s: %s\n", what, std::strerror(-result));
    std::exit(1);
  }

  void provide_buffers() {
    memory_ = static_cast<char*>(std::malloc(std::size_t(buffer_count) * buffer_size));
    std::size_t size = buffer_count * sizeof(io_uring_buf);
    void* ring = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    buffers_ = static_cast<io_uring_buf_ring*>(ring);
    io_uring_buf_reg about{};
    about.ring_addr = reinterpret_cast<std::uint64_t>(ring);
    about.ring_entries = buffer_count;
    about.bgid = buffer_group;
    check(io_uring_register_buf_ring(&ring_, &about, 0), "register buffers");
    io_uring_buf_ring_init(buffers_);
    for (unsigned buffer = 0; buffer < buffer_count; ++buffer) give_back(buffer);
    io_uring_buf_ring_advance(buffers_, int(returned_));
    returned_ = 0;
  }

  void give_back(unsigned buffer) {
    io_uring_buf_ring_add(buffers_, memory_ + std::size_t(buffer) * buffer_size, buffer_size,
                          static_cast<unsigned short>(buffer), io_uring_buf_ring_mask(buffer_count),
                          int(returned_++));
  }

  io_uring_sqe& request() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    while (!entry) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    return *entry;
  }

  void accept() {
    io_uring_sqe& entry = request();
    io_uring_prep_multishot_accept(&entry, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    entry.user_data = pack(Kind::accept, 0, listener_);
  }

  void receive(int fd) {
    io_uring_sqe& entry = request();
    io_uring_prep_recv_multishot(&entry, fd, nullptr, 0, 0);
    entry.flags |= IOSQE_BUFFER_SELECT;
    entry.buf_group = buffer_group;
    entry.user_data = pack(Kind::receive, 0, fd);
  }

  void send(int fd, Connection& connection, Piece piece) {
    io_uring_sqe& entry = request();
    io_uring_prep_send(&entry, fd, memory_ + std::size_t(piece.buffer) * buffer_size, piece.size,
                       MSG_NOSIGNAL | MSG_WAITALL);
    entry.user_data = pack(Kind::send, piece.buffer, fd);
    connection.sending = true;
  }

  void take(const io_uring_cqe& answer) {
    auto fd = int(answer.user_data & 0xffffffff);
    switch (Kind(answer.user_data >> 56)) {
      case Kind::accept:
        if (answer.res >= 0) {
          connection(answer.res) = Connection();
          receive(answer.res);
        }
        if (!(answer.flags & IORING_CQE_F_MORE)) accept();
        return;
      case Kind::receive:
        return take_received(answer, fd);
      case Kind::send:
        return take_sent(answer, fd, unsigned(answer.user_data >> 32 & 0xffff));
    }
  }

  void take_received(const io_uring_cqe& answer, int fd) {
    Connection& one = connection(fd);
    if (answer.res > 0) {
      Piece piece{answer.flags >> IORING_CQE_BUFFER_SHIFT, unsigned(answer.res)};
      if (one.sending) {
        one.waiting.push_back(piece);
      } else {
        send(fd, one, piece);
      }
      if (!(answer.flags & IORING_CQE_F_MORE)) receive(fd);
    } else if (answer.res == -ENOBUFS) {
      starved_.push_back(fd);
      one.starved = true;
    } else {
      one.ended = true;
      if (!one.sending) ::close(fd);
    }
  }

  void take_sent(const io_uring_cqe& answer, int fd, unsigned buffer) {
    Connection& one = connection(fd);
    give_back(buffer);
    one.sending = false;
    if (answer.res < 0) {
      for (Piece piece : one.waiting) give_back(piece.buffer);
      one.waiting.clear();
    }
    if (!one.waiting.empty()) {
      Piece piece = one.waiting.front();
      one.waiting.erase(one.waiting.begin());
      send(fd, one, piece);
    } else if (one.ended) {
      ::close(fd);
    }
  }

  void feed_the_starved() {
    for (int fd : starved_) {
      if (connection(fd).starved) receive(fd);
      connection(fd).starved = false;
    }
    starved_.clear();
  }

  Connection& connection(int fd) {
    if (connections_.size() <= std::size_t(fd)) connections_.resize(std::size_t(fd) * 2 + 1);
    return connections_[std::size_t(fd)];
  }

  int listener_;
  io_uring ring_{};
  io_uring_buf_ring* buffers_ = nullptr;
  char* memory_ = nullptr;
  unsigned returned_ = 0;
  std::vector<Connection> connections_;
  std::vector<int> starved_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) return std::fputs("usage: bare_uring PORT\n", stderr), 2;
  Server(listen_at(std::atoi(words[1]))).run();
}
