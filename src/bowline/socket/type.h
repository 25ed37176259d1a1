// The types of sockets, under the names that Python and socket(2) give them, and the schemes of
// URLs that go with them.
#pragma once

#include "bowline/base/address.h"

#include <string_view>

namespace bowline {

enum class Type { stream, datagram, raw, seqpacket };

// "tcp", "udp", "unix", "unixgram", "raw": the scheme of such a socket's URL.
std::string_view scheme_of(Family family, Type type);

// Between Type and SOCK_STREAM and so on. What bowline has no name for is taken for a stream.
int system_type(Type type);
Type type_of(int system_type);

}  // namespace bowline
