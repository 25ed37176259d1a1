#include "bowline/tls/key_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace bowline {

Result<std::unique_ptr<KeyLog>> KeyLog::open(const std::string& path) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return make_error(errno, "open key log " + path);
  return std::make_unique<KeyLog>(file);
}

KeyLog::~KeyLog() {
  ::close(file_);
}

void KeyLog::add(std::string line) const {
  line += '\n';
  // One write(2) to a file opened for appending is not mixed with others'.
  [[maybe_unused]] ssize_t ignored = ::write(file_, line.data(), line.size());
}

}  // namespace bowline
