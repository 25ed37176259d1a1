#include "bowline/os/inherited_sockets.h"

#include "bowline/os/address.h"
#include "bowline/os/socket_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

namespace bowline::os {
namespace {

// More than any service has; a number beyond it is a mistake.
constexpr int inherited_max = 1024;

std::optional<std::string> take_variable(const char* name) {
  const char* value = ::getenv(name);
  if (!value) return std::nullopt;
  std::string taken = value;
  ::unsetenv(name);
  return taken;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A colon ends a name, and there are no others than printable ASCII ones: the rest travels as %XX.
std::string encoded(std::string_view name) {
  std::string text;
  for (char byte : name) {
    bool plain = byte > ' ' && byte < 0x7f && byte != ':' && byte != '%';
    text += plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return text;
}

std::string decoded(std::string_view text) {
  std::string name;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = 0;
    const char* digits = text.data() + at + 1;
    bool is_coded = text[at] == '%' && at + 2 < text.size() &&
                    std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    name += is_coded ? static_cast<char>(byte) : text[at];
    if (is_coded) at += 2;
  }
  return name;
}

// The names, of which there may be fewer than sockets.
std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(':'), text.size());
    names.push_back(decoded(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

InheritedSocket::Kind kind_of(int fd) {
  int type = 0;
  int listens = 0;
  if (option(fd, SOL_SOCKET, SO_TYPE, type) < 0) return InheritedSocket::Kind::other;
  if (type == SOCK_DGRAM) return InheritedSocket::Kind::datagrams;
  option(fd, SOL_SOCKET, SO_ACCEPTCONN, listens);
  bool is_listener = type == SOCK_STREAM && listens != 0;
  return is_listener ? InheritedSocket::Kind::listener : InheritedSocket::Kind::other;
}

int take(int fd, std::string name, std::vector<InheritedSocket>& sockets) {
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  InheritedSocket socket{fd, kind_of(fd), {}, std::move(name)};
  local_address(fd, socket.local);
  if (socket.kind != InheritedSocket::Kind::other) {
    if (int result = set_nonblocking(fd, true); result < 0) return result;
  }
  sockets.push_back(std::move(socket));
  return 0;
}

}  // namespace

int take_inherited_sockets(std::vector<InheritedSocket>& sockets, int first) {
  std::optional<std::string> process = take_variable("LISTEN_PID");
  std::optional<std::string> count = take_variable("LISTEN_FDS");
  std::vector<std::string> names = split_names(take_variable("LISTEN_FDNAMES").value_or(""));
  // They were for another, that has gone on to start this.
  if (!process || !count || number_in(*process) != ::getpid()) return 0;
  std::optional<int> number = number_in(*count);
  if (!number || *number < 0 || *number > inherited_max) return -EINVAL;
  names.resize(static_cast<std::size_t>(*number));
  for (int index = 0; index < *number; ++index) {
    std::string& name = names[static_cast<std::size_t>(index)];
    if (int result = take(first + index, std::move(name), sockets); result < 0) return result;
  }
  return 0;
}

std::vector<std::string> inheritance_variables(std::span<const InheritedSocket> sockets) {
  std::string names = "LISTEN_FDNAMES=";
  for (const InheritedSocket& socket : sockets) names += encoded(socket.name) + ':';
  if (!sockets.empty()) names.pop_back();
  return {fmt::format("LISTEN_FDS={}", sockets.size()), std::move(names)};
}

}  // namespace bowline::os
