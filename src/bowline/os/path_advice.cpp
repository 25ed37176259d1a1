#include "bowline/os/path_advice.h"

#include "bowline/os/address.h"
#include "bowline/os/socket_owners.h"
#include "bowline/os/socket_table.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

namespace bowline::os {
namespace {

constexpr Duration owner_wait_max = std::chrono::milliseconds(500);
constexpr std::size_t entries_max = 100'000;

// What has no file, like an abstract name, has mode 0.
struct stat file_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) < 0) file = {};
  return file;
}

// The directory that `path` is in.
std::string parent(const std::string& path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The socket bound to the address. Files are told by their inode: a socket keeps the path it was
// bound to, which may be relative, or lead through a link.
std::optional<SocketEntry> find_bound(const Address& address) {
  struct stat file {};
  if (!address.is_abstract()) file = file_of(std::string(address.path()));
  SocketQuery query;
  query.kinds = unix_kinds;
  query.count_max = entries_max;
  std::vector<SocketEntry> entries;
  // Connections come last: they have the same name as what listens.
  for (SocketState state :
       {SocketState::listening, SocketState::unconnected, SocketState::established}) {
    query.states = bit(state);
    list_sockets(query, entries);
    for (const SocketEntry& entry : entries) {
      bool same_file =
          file.st_ino != 0 && entry.file_inode == file.st_ino && entry.file_device == file.st_dev;
      if (same_file || entry.local == address) return entry;
    }
  }
  return std::nullopt;
}

std::string holder_text(const SocketEntry& entry) {
  bool listens = entry.state == SocketState::listening;
  std::string_view verb = listens ? "listens there" : "has it";
  auto owner = find_owner(entry.inode, owner_wait_max);
  if (owner && owner->pid == ::getpid()) return fmt::format("this process already {}", verb);
  if (owner) {
    return fmt::format("process {} ({}) {}; stop it or choose another path", owner->pid,
                       owner->name, verb);
  }
  std::string user = entry.uid ? fmt::format(" of user {}", *entry.uid) : "";
  if (::geteuid() == 0)
    return fmt::format("a process{} out of sight {} (in a container?)", user, verb);
  return fmt::format("a process{} {}; as root, `ss -xap` says which", user, verb);
}

}  // namespace

std::string path_in_use_advice(const Address& address) {
  if (auto bound = find_bound(address)) return holder_text(*bound);
  if (address.is_abstract()) return "as root, `ss -xap` says which process has that name";
  struct stat file = file_of(std::string(address.path()));
  if (file.st_mode != 0 && !S_ISSOCK(file.st_mode)) return "there is a file that is not a socket";
  return "no process seems to have that socket file: left over; remove it or choose another path";
}

std::string path_refused_advice(const Address& address) {
  if (address.is_abstract()) return "no process listens on that abstract name";
  struct stat file = file_of(std::string(address.path()));
  if (file.st_mode != 0 && !S_ISSOCK(file.st_mode)) return "there is a file that is not a socket";
  auto bound = find_bound(address);
  if (!bound) return "the socket file exists but no process listens: left over";
  if (bound->state == SocketState::listening) {
    return "nothing was listening there a moment ago, now something is: try again";
  }
  auto owner = find_owner(bound->inode, owner_wait_max);
  if (!owner) return "a process has bound that path but does not listen";
  return fmt::format("process {} ({}) has bound that path but does not listen", owner->pid,
                     owner->name);
}

std::string path_missing_advice(const Address& address, bool binding) {
  if (address.is_abstract()) return {};
  std::string directory = parent(std::string(address.path()));
  struct stat found = file_of(directory);
  std::string shown = Address::unix_path(directory).text();
  if (found.st_mode == 0) return fmt::format("there is no directory {}", shown);
  if (!S_ISDIR(found.st_mode)) return fmt::format("{} is not a directory", shown);
  return binding ? "" : "there is no such socket file: is the server running, with this path?";
}

std::string path_denied_advice(const Address& address, bool binding) {
  if (address.is_abstract()) return {};
  std::string path(address.path());
  std::string place = binding ? parent(path) : path;
  struct stat found = file_of(place);
  std::string shown = Address::unix_path(place).text();
  if (found.st_mode == 0) {
    return fmt::format("no right to enter all directories on the way to {}", shown);
  }
  return fmt::format("no right to {} {}, which belongs to user {} with mode {:04o}",
                     binding ? "make files in" : "write to", shown, found.st_uid,
                     found.st_mode & 07777);
}

std::string path_too_long_advice(const Address& address) {
  return fmt::format(
      "a Unix path has at most {} bytes, this one has {}: use a shorter or a relative "
      "path",
      unix_path_size_max, address.path().size());
}

}  // namespace bowline::os
