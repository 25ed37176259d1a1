// SHA-1 (FIPS 180-4), which the WebSocket handshake asks for. It proves that a peer understood the
// question and keeps nothing secret: never use it where someone gains by a collision.
#pragma once

#include "bowline/base/bytes.h"

#include <array>

namespace bowline {

std::array<std::byte, 20> sha1(Bytes bytes);

}  // namespace bowline
