// A Stream for each address that sends datagrams to one socket, so that what serves streams serves
// datagrams: a read gives one datagram, a write sends one back. Whoever awaits accept() reads the
// socket for all of them.
#pragma once

#include "bowline/net/datagrams.h"
#include "bowline/net/stream.h"

#include <cstdint>
#include <memory>

namespace bowline {

struct PeerLimits {
  // Peers at a time. When one more comes, the one silent for longest gives way: its stream ends.
  // As many again may still be ending; datagrams of others are then dropped.
  std::size_t peers_max = 65'536;
  // A peer that is silent for so long has gone: its stream ends.
  Duration idle_timeout = std::chrono::seconds(60);
  // Datagrams, and bytes of all peers together, that wait for handlers which are slow to read;
  // those that come then are dropped.
  std::size_t queue_max = 64;
  std::size_t queued_size_max = 16 * 1024 * 1024;
};

struct PeerCounts {
  std::uint64_t received = 0;  // datagrams
  std::uint64_t dropped = 0;   // of those: no room in a queue, or too many peers
  std::uint64_t empty = 0;     // of those: without a byte, and read as bytes and not as messages
  std::uint64_t evicted = 0;   // peers that gave way to others
  std::uint64_t unsent = 0;    // datagrams that the system did not take
};

class DatagramHub;

class DatagramPeers {
 public:
  explicit DatagramPeers(Datagrams socket, const PeerLimits& limits = {});
  DatagramPeers(DatagramPeers&&) noexcept;
  DatagramPeers& operator=(DatagramPeers&&) noexcept;
  ~DatagramPeers();  // all streams end; the socket closes with the last of them

  // The stream of the next peer that was not known. It is meant to be awaited again and again, for
  // the others get their datagrams meanwhile, a batch at a time, and what they answer in a turn
  // leaves together. A stream that is closed forgets its peer: what comes from there is a new one.
  //
  // Reads wait in a queue of each stream (see PeerLimits). Writes are done when the bytes were
  // copied or sent, and wait while the system's buffer is full; between Unix sockets what does not
  // fit into the receiver's queue is dropped, so that one peer that is slow holds up no other.
  Task<Stream> accept();

  Handle handle() const;
  const Address& local_address() const;
  std::string url() const;
  const PeerCounts& counts() const;

 private:
  class Pump;
  Error failure(const Context& context, int result) const;

  // Shared with the streams, which may outlive this.
  std::shared_ptr<DatagramHub> hub_;
};

}  // namespace bowline
