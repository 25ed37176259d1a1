#include "bowline/socket/bound_path.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace bowline {
namespace {

// What is at `path` itself, when that is a socket.
bool find_socket(const std::string& path, struct stat& found) {
  return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

}  // namespace

BoundPath::BoundPath(std::string_view path) : path_(path), process_(::getpid()) {
  struct stat found;
  if (!find_socket(path_, found)) return;
  device_ = found.st_dev;
  file_ = found.st_ino;
}

BoundPath::~BoundPath() {
  struct stat found;
  if (file_ == 0 || ::getpid() != process_ || !find_socket(path_, found)) return;
  if (found.st_dev == device_ && found.st_ino == file_) ::unlink(path_.c_str());
}

bool remove_stale_socket(const std::string& path) {
  struct stat found;
  if (!find_socket(path, found)) return false;
  os::FileDescriptor probe(os::open_socket(Family::local, SOCK_STREAM | SOCK_NONBLOCK));
  if (!probe.valid()) return false;
  // A full queue answers EAGAIN, another type of socket EPROTOTYPE: both are alive.
  if (os::connect_to(probe.get(), Address::unix_path(path)) != -ECONNREFUSED) return false;
  return ::unlink(path.c_str()) == 0;
}

}  // namespace bowline
