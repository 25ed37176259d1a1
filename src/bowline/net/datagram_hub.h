// The inside of DatagramPeers: one socket, the peers that send to it, and the answers that are to
// leave together. See there for the rules.
#pragma once

#include "bowline/net/datagram_peers.h"
#include "bowline/net/peer_table.h"

#include <array>
#include <cerrno>
#include <deque>
#include <vector>

namespace bowline {

class DatagramPeer;

class DatagramHub final : public std::enable_shared_from_this<DatagramHub>, private Timer {
 public:
  DatagramHub(Datagrams socket, const PeerLimits& limits);
  ~DatagramHub();

  Datagrams& socket() { return socket_; }
  Scheduler& scheduler() { return *scheduler_; }
  // Where a batch is received into, and its way on to the peers.
  std::array<Datagram, datagram_batch_max>& incoming() { return incoming_; }
  void begin(Scheduler& scheduler) { scheduler_ = &scheduler; }
  void deliver(std::size_t count);
  bool in_turn() const { return in_turn_; }
  void end_turn();
  void end_all();

  bool has_fresh() const { return fresh_index_ < fresh_.size(); }
  Stream take_fresh();

  // The system takes no more: until it does, nothing is read either.
  bool blocked() const { return blocked_; }
  void unblock();

  // For the peers. Whether the datagram of `op` was sent, or will be: else it waits in here.
  bool send(Op& op, const Address& to);
  void cancel_send(Op& op, int result = -ECANCELED);
  void forget(DatagramPeer& peer);
  // Bytes that wait in queues; false when there is no room for more.
  bool reserve(std::size_t size);
  void release(std::size_t size) { queued_size_ -= size; }

  PeerCounts counts;
  PeerLimits limits;
  Op* pump = nullptr;  // the reading that is under way

 private:
  struct Waiting {
    Op* op;
    Address to;
  };
  DatagramPeer* admit(const Address& from);
  void end(PeerEntry& entry);
  void fire() override;
  bool send_now(Op& op, const Address& to);
  void stage(Bytes bytes, const Address& to);
  int submit(Op& sending);
  void flush();
  void block();

  Datagrams socket_;
  Scheduler* scheduler_ = nullptr;
  PeerTable table_;
  std::size_t live_ = 0;  // peers that have a stream, listed or not
  std::vector<std::unique_ptr<DatagramPeer>> fresh_;
  std::size_t fresh_index_ = 0;
  bool idle_timer_set_ = false;
  bool in_turn_ = false;  // peers got something and have not all answered yet
  bool blocked_ = false;
  bool unattended_ = false;  // nobody accepts any more, nor unblocks
  std::size_t queued_size_ = 0;
  std::array<Datagram, datagram_batch_max> incoming_;
  std::array<Outgoing, datagram_batch_max> staged_;
  std::size_t staged_first_ = 0;
  std::size_t staged_count_ = 0;
  std::unique_ptr<std::byte[]> staging_;  // their bytes
  std::size_t staging_size_ = 0;
  std::deque<Waiting> waiting_;
};

// One of the peers, as what its stream is made of.
class DatagramPeer final : public Transport, public PeerEntry {
 public:
  DatagramPeer(std::shared_ptr<DatagramHub> hub, const Address& address)
      : PeerEntry(address), hub_(std::move(hub)) {}
  ~DatagramPeer() override;

  // Hands a datagram to who reads, or queues it; false when there is no room.
  bool deliver(Chunk& bytes, bool is_fresh);
  void end();

  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void end_input(std::string_view) override { end(); }
  bool take_activity() override { return std::exchange(active_, false); }
  Address local_address() const override { return hub_->socket().local_address(); }
  Address peer_address() const override { return address(); }
  std::string url() const override;
  std::string advice(Attempted attempted, int error_number) const override;

 private:
  bool read(Op& op);
  Chunk take();
  bool wanted(const Op& op, const Chunk& bytes);
  static int give(Op& op, Chunk& bytes);

  std::shared_ptr<DatagramHub> hub_;  // shared: see DatagramPeers
  Op* reader_ = nullptr;
  bool ended_ = false;
  bool active_ = false;
  std::vector<Chunk> queue_;  // from queue_first_
  std::size_t queue_first_ = 0;
};

}  // namespace bowline
