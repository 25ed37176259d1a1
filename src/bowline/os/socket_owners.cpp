#include "bowline/os/socket_owners.h"

#include "bowline/base/bytes.h"
#include "bowline/os/clock.h"
#include "bowline/os/file_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

namespace bowline::os {
namespace {

constexpr std::size_t command_size_max = 80;
// The clock is read once for so many descriptors.
constexpr std::size_t descriptors_per_look = 256;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Directory open_directory(const std::string& path) {
  return Directory(::opendir(path.c_str()));
}

// Null at the end. Each directory is read by one thread.
dirent* next_item(DIR* directory) {
  return ::readdir(directory);  // NOLINT(concurrency-mt-unsafe)
}

bool read_number(std::string_view text, auto& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// At most `size_max` bytes from the front of a file, cut at a whole character.
std::string read_front(const std::string& path, std::size_t size_max) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  std::string text(size_max, '\0');
  ssize_t size = ::read(file.get(), text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  bool valid;
  if (text.size() == size_max) text.resize(whole_utf8(text, valid));
  return text;
}

// Any process may call itself anything; what it says must not move the cursor of whoever reads it.
std::string tamed(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

std::string read_name(const std::string& process) {
  std::string name = read_front(process + "/comm", 64);
  if (name.ends_with('\n')) name.pop_back();
  return tamed(std::move(name));
}

std::string read_command(const std::string& process) {
  std::string command = read_front(process + "/cmdline", command_size_max);
  while (command.ends_with('\0')) command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  return tamed(std::move(command));
}

// The inode of "socket:[INODE]", what the link of a descriptor says of a socket.
std::optional<std::uint64_t> socket_inode(std::string_view link) {
  constexpr std::string_view prefix = "socket:[";
  if (!link.starts_with(prefix) || !link.ends_with(']')) return std::nullopt;
  std::uint64_t inode;
  link = link.substr(prefix.size(), link.size() - prefix.size() - 1);
  if (!read_number(link, inode)) return std::nullopt;
  return inode;
}

}  // namespace

class OwnerWalk {
 public:
  explicit OwnerWalk(const OwnerSearch& search)
      : search_(search),
        deadline_(later(now(), search.time_max)),
        missing_(search.inodes.begin(), search.inodes.end()) {}

  SocketOwners run() {
    if (search_.pid) {
      look_into(search_.pid);
    } else {
      // What one looks for is often one's own, and then found at once.
      if (!search_.inodes.empty()) look_into(::getpid());
      look_into_all();
    }
    std::sort(owners_.holdings_.begin(), owners_.holdings_.end(),
              [](const auto& left, const auto& right) {
                return left.inode != right.inode       ? left.inode < right.inode
                       : left.process != right.process ? left.process < right.process
                                                       : left.descriptor < right.descriptor;
              });
    return std::move(owners_);
  }

 private:
  bool done() const { return owners_.cut_short_ || (!search_.inodes.empty() && missing_.empty()); }

  void look_into_all() {
    if (done()) return;
    Directory all = open_directory("/proc");
    std::vector<int> pids;
    while (dirent* item = all ? next_item(all.get()) : nullptr) {
      int pid;
      if (read_number(item->d_name, pid)) pids.push_back(pid);
    }
    owners_.refused_ |= pids.empty();
    std::sort(pids.begin(), pids.end());
    for (int pid : pids) {
      if (done()) return;
      look_into(pid);
    }
  }

  void look_into(int pid) {
    std::string process = "/proc/" + std::to_string(pid);
    Directory descriptors = open_directory(process + "/fd");
    if (!descriptors) {
      // Otherwise it has ended, and holds nothing.
      owners_.refused_ |= errno != ENOENT && errno != ESRCH;
      return;
    }
    bool known = false;
    while (dirent* item = next_item(descriptors.get())) {
      int number;
      if (!read_number(item->d_name, number)) continue;
      char link[64];
      ssize_t size = ::readlinkat(::dirfd(descriptors.get()), item->d_name, link, sizeof link);
      auto inode = socket_inode({link, size > 0 ? static_cast<std::size_t>(size) : 0});
      if (inode && wanted(*inode)) {
        if (!known) owners_.processes_.push_back({pid, read_name(process), read_command(process)});
        known = true;
        owners_.holdings_.push_back({*inode, owners_.processes_.size() - 1, number});
      }
      if (done() || at_limit()) return;
    }
  }

  // Takes it off the list of what is missing.
  bool wanted(std::uint64_t inode) {
    if (search_.inodes.empty()) return true;
    return std::erase(missing_, inode) > 0;
  }

  bool at_limit() {
    ++looked_at_;
    bool look = looked_at_ % descriptors_per_look == 0;
    owners_.cut_short_ = looked_at_ >= search_.descriptors_max || (look && now() >= deadline_);
    return owners_.cut_short_;
  }

  const OwnerSearch& search_;
  Time deadline_;
  std::vector<std::uint64_t> missing_;
  std::size_t looked_at_ = 0;
  SocketOwners owners_;
};

std::vector<SocketOwner> SocketOwners::of(std::uint64_t inode) const {
  std::vector<SocketOwner> owners;
  auto at = std::lower_bound(
      holdings_.begin(), holdings_.end(), inode,
      [](const Holding& holding, std::uint64_t value) { return holding.inode < value; });
  for (; inode != 0 && at != holdings_.end() && at->inode == inode; ++at) {
    const Process& process = processes_[at->process];
    owners.push_back({process.pid, process.name, process.command, at->descriptor});
  }
  return owners;
}

SocketOwners find_owners(const OwnerSearch& search) {
  return OwnerWalk(search).run();
}

std::optional<SocketOwner> find_owner(std::uint64_t inode, Duration time_max) {
  if (inode == 0) return std::nullopt;
  OwnerSearch search;
  search.inodes = {&inode, 1};
  search.time_max = time_max;
  std::vector<SocketOwner> owners = find_owners(search).of(inode);
  if (owners.empty()) return std::nullopt;
  return std::move(owners.front());
}

}  // namespace bowline::os
