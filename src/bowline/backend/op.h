// One operation that takes time: what is asked of a backend, and its answer. The record lives in
// the frame of the coroutine that awaits it, and goes on when it is answered. Every Op that was
// submitted is answered exactly once, also when it was cancelled, and what was lent to it stays
// lent until then.
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/base/address.h"
#include "bowline/base/bytes.h"
#include "bowline/base/waiter.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace bowline {

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
  void go_on() override {}  // for those who look themselves at what next() gives

  enum class Kind : std::uint8_t {
    accept,   // result: the handle of the new connection; its peer in `address`
    connect,  // to `address`
    receive,  // at least one byte into `data`, or into the pool's memory when `data` is null;
              // result: how many, 0 at the end of the stream
    send,     // all of `data`; what is gone already is taken off its front
    end,      // no more will be sent: half-close
    poll,     // until `handle` can be read (or written, with `for_writing`)
    resolve,  // `names`
    // One datagram, as receive: all of it, -EMSGSIZE when `data` is too small. Empty ones would
    // read as the end of a stream, and are passed over unless `empty_counts`.
    receive_datagram,
    receive_datagrams,  // at least one and at most `size` into `incoming`; result: how many
    send_datagrams,     // the `size` of `outgoing`; what is gone already is taken off the front
  };

  Kind kind = Kind::receive;
  bool for_writing : 1 = false;  // poll
  bool at_once : 1 = false;      // send_datagrams: answered with -EAGAIN rather than wait
  bool segmented : 1 = false;    // receive_datagrams: the socket coalesces, so ask how
  bool local : 1 = false;   // receive on a Unix socket: a read may stop at passed handles (unix(7))
  bool pooled : 1 = false;  // receive, once answered: the memory is that of `pool`
  bool unfinished : 1 = false;    // it had to wait: what was answered may not be all yet
  bool empty_counts : 1 = false;  // receive: an empty message is one, and not passed over
  bool queued : 1 = false;        // io_uring: the kernel does the send itself
  bool ending : 1 = false;        // io_uring: somebody asked that it ends; it waits no more
  // send: what kind of message it is, none for that of the last received; receive, once answered:
  // what came, none where the transport knows no messages, or for their end.
  MessageKind message = MessageKind::none;
  Handle handle = no_handle;
  int result = 0;  // negative: the number of an error (errno(3))
  std::byte* data = nullptr;
  union {
    std::size_t size = 0;  // of `data`, or how many datagrams
    ChunkPool* pool;       // once answered from a pool
  };
  union {
    Address* address = nullptr;    // accept (may be null), connect
    std::vector<Handle>* handles;  // send, receive on a Unix stream: passed beside the bytes
    NameQuery* names;              // resolve
    Datagram* incoming;            // receive_datagrams
    const Outgoing* outgoing;      // send_datagrams
  };

  Bytes bytes() const { return {data, size}; }
  // receive: answered with memory of `from`.
  void received(ChunkPool& from, std::byte* memory) {
    data = memory;
    pool = &from;
    pooled = true;
  }
  // send: the first `count` bytes are gone, and what was passed beside them.
  void sent(std::size_t count) {
    data += count;
    size -= count;
    handles = nullptr;
  }
};

}  // namespace bowline
