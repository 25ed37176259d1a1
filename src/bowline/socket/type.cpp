#include "bowline/socket/type.h"

#include <sys/socket.h>

namespace bowline {

std::string_view scheme_of(Family family, Type type) {
  bool is_local = family == Family::local;
  if (type == Type::raw) return "raw";
  if (type == Type::datagram) return is_local ? "unixgram" : "udp";
  return is_local ? "unix" : "tcp";
}

int system_type(Type type) {
  switch (type) {
    case Type::stream:
      break;
    case Type::datagram:
      return SOCK_DGRAM;
    case Type::raw:
      return SOCK_RAW;
    case Type::seqpacket:
      return SOCK_SEQPACKET;
  }
  return SOCK_STREAM;
}

Type type_of(int system_type) {
  switch (system_type) {
    case SOCK_DGRAM:
      return Type::datagram;
    case SOCK_RAW:
      return Type::raw;
    case SOCK_SEQPACKET:
      return Type::seqpacket;
    default:
      return Type::stream;
  }
}

}  // namespace bowline
