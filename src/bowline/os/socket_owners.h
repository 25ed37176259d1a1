// Which processes hold a socket: /proc/PID/fd of every process we may read (proc(5)). Those of
// other users need root; who holds a socket may then be unknown, and the answer says that it is
// partial.
#pragma once

#include "bowline/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bowline::os {

struct SocketOwner {
  int pid = 0;
  std::string name;     // of the program, at most 15 bytes (PR_SET_NAME)
  std::string command;  // the command line, cut to 80 bytes; control characters are '?' in both
  int descriptor = -1;
};

struct OwnerSearch {
  // Only these sockets, and only until each has been found once; empty: all sockets, all owners.
  std::span<const std::uint64_t> inodes;
  int pid = 0;  // only this process; 0: all
  // What ends the search early.
  std::size_t descriptors_max = 4'000'000;
  Duration time_max = std::chrono::seconds(10);
};

// The answer to one walk through /proc, for as many sockets as one likes.
class SocketOwners {
 public:
  // Sorted by process, then descriptor.
  std::vector<SocketOwner> of(std::uint64_t inode) const;
  // There were processes we may not look into, or the search came to one of its limits.
  bool partial() const { return refused_ || cut_short_; }
  bool refused() const { return refused_; }

 private:
  friend class OwnerWalk;
  struct Process {
    int pid;
    std::string name;
    std::string command;
  };
  struct Holding {
    std::uint64_t inode;
    std::size_t process;
    int descriptor;
  };

  std::vector<Process> processes_;
  std::vector<Holding> holdings_;  // sorted by inode
  bool refused_ = false;
  bool cut_short_ = false;
};

SocketOwners find_owners(const OwnerSearch& search = {});

// Someone who holds the socket, this process first; for errors, which need one name, soon.
std::optional<SocketOwner> find_owner(std::uint64_t inode, Duration time_max);

}  // namespace bowline::os
