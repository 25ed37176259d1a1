// The file that a listening Unix socket leaves in the file system, and removes when it goes.
// Only who made a file removes it, and only while it is the same file.
#pragma once

#include <string>
#include <string_view>

namespace bowline {

class BoundPath {
 public:
  // For the socket just bound to `path`.
  explicit BoundPath(std::string_view path);
  BoundPath(const BoundPath&) = delete;
  BoundPath& operator=(const BoundPath&) = delete;
  // Removes the file if it is still the one that was bound, and this the process that did: a child
  // after fork(2) leaves it alone.
  ~BoundPath();

 private:
  std::string path_;
  int process_;
  unsigned long device_ = 0;
  unsigned long file_ = 0;  // 0: not found, nothing to remove
};

// Removes a socket at `path` that nobody listens on any more, such as a process that was killed
// left behind. True when it did; false when there is none, it is alive, or is no stream socket's
// file.
bool remove_stale_socket(const std::string& path);

}  // namespace bowline
