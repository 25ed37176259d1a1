// Real sockets for the tests of what describes sockets: on loopback, in a folder of their own, held
// by this process or by a child. All calls must succeed; a failure ends the test program.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/check.h"
#include "bowline/os/address.h"
#include "bowline/os/clock.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace bowline::os::test {

constexpr std::uint32_t loopback = 0x7F000001;

inline Address any_port() {
  return Address::ipv4(loopback, 0);
}
inline Address ipv6_any_port() {
  return *Address::parse_ip("::1", 0);
}

inline FileDescriptor bound(const Address& address, int type = SOCK_STREAM) {
  FileDescriptor socket(open_socket(address.family(), type));
  BOWLINE_CHECK(bind_to(socket.get(), address) == 0);
  return socket;
}

inline FileDescriptor listening(const Address& address = any_port(), int backlog = 5,
                                int type = SOCK_STREAM) {
  FileDescriptor socket = bound(address, type);
  BOWLINE_CHECK(listen_on(socket.get(), backlog) == 0);
  return socket;
}

inline FileDescriptor connected(const Address& address, int type = SOCK_STREAM) {
  FileDescriptor socket(open_socket(address.family(), type));
  BOWLINE_CHECK(connect_to(socket.get(), address) == 0);
  return socket;
}

inline FileDescriptor accepted(const FileDescriptor& listener) {
  FileDescriptor socket(accept_from(listener.get(), nullptr, false));
  BOWLINE_CHECK(socket.valid());
  return socket;
}

inline Address address_of(const FileDescriptor& socket) {
  Address address;
  BOWLINE_CHECK(local_address(socket.get(), address) == 0);
  return address;
}

inline std::uint64_t inode_of(const FileDescriptor& socket) {
  struct stat file;
  BOWLINE_CHECK(::fstat(socket.get(), &file) == 0);
  return file.st_ino;
}

// A port of 127.0.0.1 that nobody has.
inline Address free_address() {
  return address_of(bound(any_port()));
}

inline bool has_ipv6() {
  FileDescriptor socket(open_socket(Family::ipv6, SOCK_STREAM));
  return socket.valid() && bind_to(socket.get(), ipv6_any_port()) == 0;
}

// Whether `holds` comes true within seconds: the kernel delivers over loopback soon, not at once.
inline bool soon(const std::function<bool()>& holds) {
  Time deadline = later(now(), std::chrono::seconds(10));
  while (!holds()) {
    if (now() >= deadline) return false;
  }
  return true;
}

// A new folder, gone with all that is in it at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bowline-XXXXXX").string();
    BOWLINE_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  Address address(const std::string& name) const { return Address::unix_path(file(name)); }

 private:
  std::string path_;
};

// A process that holds the socket that `hold` makes, and has a name of its own ("holder").
class Child {
 public:
  explicit Child(const std::function<FileDescriptor()>& hold) {
    int ends[2];
    BOWLINE_CHECK(::pipe(ends) == 0);
    FileDescriptor reader(ends[0]);
    FileDescriptor writer(ends[1]);
    pid_ = ::fork();
    BOWLINE_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::prctl(PR_SET_NAME, "holder");
      FileDescriptor socket = hold();
      std::uint16_t port = address_of(socket).port();
      BOWLINE_CHECK(::write(writer.get(), &port, sizeof port) == sizeof port);
      while (true) ::pause();
    }
    BOWLINE_CHECK(::read(reader.get(), &port_, sizeof port_) == sizeof port_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  int pid() const { return pid_; }
  std::uint16_t port() const { return port_; }
  std::string shown() const { return "process " + std::to_string(pid_) + " (holder)"; }

 private:
  pid_t pid_;
  std::uint16_t port_ = 0;
};

}  // namespace bowline::os::test
