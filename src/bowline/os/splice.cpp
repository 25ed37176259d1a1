#include "bowline/os/splice.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <limits>

namespace bowline::os {
namespace {

// Of all calls that send, only this one has no flag against the signal, so it is held meanwhile and
// taken away when it came.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    ::sigemptyset(&signal_);
    ::sigaddset(&signal_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
    held_before_ = ::sigismember(&before_, SIGPIPE) == 1;
  }
  ~WithoutPipeSignal() {
    if (!held_before_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  void take() {
    timespec at_once{};
    if (!held_before_) ::sigtimedwait(&signal_, nullptr, &at_once);
  }

 private:
  sigset_t signal_;
  sigset_t before_;
  bool held_before_;
};

int splice_once(int from, int to, std::size_t size) {
  size = std::min<std::size_t>(size, std::numeric_limits<int>::max());
  ssize_t count;
  do {
    count = ::splice(from, nullptr, to, nullptr, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : static_cast<int>(count);
}

// SPLICE_F_NONBLOCK is about the pipe alone: sockets do as their descriptor says.
int splice_beside(int socket, bool blocks, int from, int to, std::size_t size) {
  if (blocks) ::fcntl(socket, F_SETFL, O_NONBLOCK);
  int result = splice_once(from, to, size);
  if (blocks) ::fcntl(socket, F_SETFL, 0);
  return result;
}

}  // namespace

int open_pipe(FileDescriptor& reading, FileDescriptor& writing) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -errno;
  reading = FileDescriptor(ends[0]);
  writing = FileDescriptor(ends[1]);
  return 0;
}

int splice_from(int socket, int pipe, std::size_t size, bool blocks) {
  return splice_beside(socket, blocks, socket, pipe, size);
}

int splice_to(int pipe, int socket, std::size_t size, bool blocks) {
  WithoutPipeSignal quietly;
  int result = splice_beside(socket, blocks, pipe, socket, size);
  if (result == -EPIPE) quietly.take();
  return result;
}

}  // namespace bowline::os
