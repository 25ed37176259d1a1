#include "cli/standard_io.h"

#include "bowline/net/ready.h"
#include "bowline/os/socket_calls.h"

#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace bowline::cli {
namespace {

constexpr std::size_t read_size = 64 * 1024;

// Not an error: another reader or writer of the same file was faster.
bool is_late(int result) {
  return result == -EAGAIN || result == -EWOULDBLOCK || result == -EINTR;
}

}  // namespace

StandardInput::StandardInput(Network network, Handle handle)
    : network_(network), handle_(handle), memory_(new std::byte[read_size]) {}

Task<Bytes> StandardInput::next() {
  for (;;) {
    co_await readable(network_, handle_);
    ssize_t count = ::read(handle_, memory_.get(), read_size);
    if (count >= 0) co_return Bytes(memory_.get(), static_cast<std::size_t>(count));
    if (!is_late(-errno)) throw make_error(errno, "read from standard input");
  }
}

StandardOutput::StandardOutput(Network network, Handle handle)
    : network_(network), handle_(handle), size_max_(PIPE_BUF) {
  struct stat status {};
  if (::fstat(handle, &status) != 0) return;
  is_socket_ = S_ISSOCK(status.st_mode);
  if (is_socket_ || S_ISREG(status.st_mode)) size_max_ = std::numeric_limits<std::size_t>::max();
}

int StandardOutput::write_some(Bytes bytes) {
  if (is_socket_) return os::send_bytes(handle_, bytes, MSG_DONTWAIT);
  Bytes part = bytes.first(size_max_);
  ssize_t count = ::write(handle_, part.data(), part.size());
  return count < 0 ? -errno : static_cast<int>(count);
}

Task<bool> StandardOutput::show(Bytes piece) {
  while (!piece.empty()) {
    co_await writable(network_, handle_);
    int result = write_some(piece);
    if (result == -EPIPE) co_return false;
    if (result < 0 && !is_late(result)) throw make_error(-result, "write to standard output");
    if (result > 0) piece = piece.after(static_cast<std::size_t>(result));
  }
  co_return true;
}

}  // namespace bowline::cli
