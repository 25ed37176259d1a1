// One operation that takes time: what is asked of a backend, and its answer. The record lives in
// the frame of the coroutine that awaits it. Every Op that was submitted is answered exactly once,
// also when it was cancelled, and what was lent to it stays lent until then.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/waiter.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace bowline {

class ChunkPool;
struct Datagram;
struct Outgoing;

// What a backend knows a socket by; for the kernel's backends, its file descriptor.
using Handle = int;
inline constexpr Handle no_handle = -1;

// File descriptors that travel beside the bytes of a Unix stream (SCM_RIGHTS, unix(7)).
inline constexpr std::size_t passed_handles_max = 64;

// Who is at the other end of a Unix socket, as the kernel saw it at connect (SO_PEERCRED).
struct Credentials {
  int process = 0;
  unsigned user = 0;
  unsigned group = 0;
};

struct NameQuery {
  std::string host;
  std::uint16_t port = 0;
  bool passive = false;  // for listening: an empty host means all interfaces, not this machine
  std::vector<Address> addresses;  // the answer, in the order of RFC 6724
  std::error_code failure;         // why there is no answer, when the result is negative
};

struct Op : Waiter {
  enum class Kind : std::uint8_t {
    accept,   // result: the handle of the new connection; its peer in `address`
    connect,  // to `address`
    receive,  // at least one byte into `data`, or into the pool's memory when `data` is null;
              // result: how many, 0 at the end of the stream
    send,     // all of `data`
    end,      // no more will be sent: half-close
    poll,     // until `handle` can be read (or written, with `for_writing`)
    resolve,  // `names`
    // One datagram, as receive: all of it, -EMSGSIZE when `data` is too small. Empty ones are
    // passed over, for they would read as the end of a stream.
    receive_datagram,
    receive_datagrams,  // at least one and at most `size` into `incoming`; result: how many
    send_datagrams,     // the `size` of `outgoing`; after a failure `done` of them are gone
  };

  Kind kind = Kind::receive;
  bool for_writing = false;  // poll
  bool at_once = false;      // send_datagrams: answered with -EAGAIN rather than wait
  bool segmented = false;    // receive_datagrams: the socket coalesces, so ask how
  Handle handle = no_handle;
  int result = 0;  // negative: the number of an error (errno(3))
  std::byte* data = nullptr;
  std::size_t size = 0;
  std::size_t done = 0;  // send: how many bytes are gone so far; send_datagrams: how many datagrams
  union {
    Address* address = nullptr;    // accept (may be null), connect
    std::vector<Handle>* handles;  // send, receive on a Unix stream: passed beside the bytes
    NameQuery* names;              // resolve
    ChunkPool* pool;               // receive without memory: whose the memory in the answer is
    Datagram* incoming;            // receive_datagrams
    const Outgoing* outgoing;      // send_datagrams
  };
};

}  // namespace bowline
