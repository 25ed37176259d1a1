// Pipes through which bytes go from one socket to another without leaving the kernel. A loop has a
// few, and lends one for as long as there are bytes in it: who waits for bytes holds none.
#pragma once

#include "bowline/os/file_descriptor.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace bowline {

class SplicePipe {
 public:
  // What it takes at once: the sixteen pieces that a pipe has room for are up to 32 KiB each.
  static constexpr std::size_t fill_size_max = 512 * 1024;

  // Null when the system has no descriptors left. `sockets_block`: as os::splice_from.
  static std::unique_ptr<SplicePipe> make(bool sockets_block);

  // Takes what has come on `socket`, as much as fits: how many bytes, 0 at the end of its stream,
  // -EAGAIN when nothing has come, or another error.
  int fill(int socket);
  // Gives `socket` what it takes of it, at least one byte: how many, -EAGAIN when it has no room.
  int drain(int socket);
  std::size_t size() const { return size_; }

 private:
  os::FileDescriptor reading_;
  os::FileDescriptor writing_;
  std::size_t size_ = 0;
  bool sockets_block_ = false;
};

// Those of one loop.
class SplicePipes {
 public:
  explicit SplicePipes(bool sockets_block) : sockets_block_(sockets_block) {}

  // Null as make().
  std::unique_ptr<SplicePipe> take();
  // One that is not empty is closed, with what is in it.
  void give_back(std::unique_ptr<SplicePipe> pipe);

 private:
  static constexpr std::size_t kept_max = 16;
  std::vector<std::unique_ptr<SplicePipe>> kept_;
  bool sockets_block_;
};

}  // namespace bowline
