// Datagrams on their way through a backend: what came, and what is to go. One Op carries many of
// them, so that one system call does.
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/backend/op.h"
#include "bowline/base/address.h"

#include <cstdint>

namespace bowline {

// How many datagrams one system call takes or gives.
inline constexpr std::size_t datagram_batch_max = 64;
// The longest that fits into the memory of one; no UDP datagram is longer, Unix ones may be.
inline constexpr std::size_t datagram_size_max = 64 * 1024;

// One that came. Its bytes may be none at all: an empty datagram is one too.
struct Datagram {
  Chunk data;
  Address address;         // who sent it
  bool truncated = false;  // it was longer, and its end is lost
  // With DatagramOptions::coalesce several of one sender may come as one: each is so long, but the
  // last, which may be shorter. Zero: it is one datagram.
  std::uint16_t segment_size = 0;

  // How many it is, and each of them.
  std::size_t count() const {
    if (segment_size == 0 || data.size() <= segment_size) return 1;
    return (data.size() + segment_size - 1) / segment_size;
  }
  Bytes part(std::size_t index) const {
    if (segment_size == 0) return data;
    return data.bytes().after(index * segment_size).first(segment_size);
  }
};

// One to be sent.
struct Outgoing {
  Bytes bytes;
  Address to;  // Family::none: to the peer that the socket is connected to
  // Not zero: the kernel cuts the bytes into datagrams of this size (UDP_SEGMENT, udp(7)).
  std::uint16_t segment_size = 0;
};

// send_datagrams: the first `count` of `op` are gone.
inline void sent_datagrams(Op& op, std::size_t count) {
  op.outgoing += count;
  op.size -= count;
}

// The options of a datagram socket that must be known when it is opened.
struct DatagramOptions {
  bool reuse_address = false;  // others may be bound to the same address: for multicast groups
  bool broadcast = false;      // it may send to broadcast addresses
  bool coalesce = false;       // receive several datagrams as one where the kernel can (UDP_GRO)
};

}  // namespace bowline
