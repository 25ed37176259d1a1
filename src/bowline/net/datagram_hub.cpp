#include "bowline/net/datagram_hub.h"

#include "bowline/base/check.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bowline {
namespace {

// An answer up to this size is copied, so that its writer need not wait until the turn ends.
constexpr std::size_t staged_size_max = 2048;
constexpr std::size_t staging_size_max = 64 * 1024;

}  // namespace

DatagramHub::DatagramHub(Datagrams socket, const PeerLimits& the_limits)
    : limits(the_limits), socket_(std::move(socket)) {}

DatagramHub::~DatagramHub() {
  if (idle_timer_set_) scheduler_->clear(*this);
}

void DatagramHub::deliver(std::size_t count) {
  Time now = scheduler_->now();
  counts.received += count;
  for (std::size_t index = 0; index < count; ++index) {
    Datagram& datagram = incoming_[index];
    PeerEntry* known = table_.find(datagram.address);
    auto* peer = known ? static_cast<DatagramPeer*>(known) : admit(datagram.address);
    if (!peer) {
      ++counts.dropped;
      datagram.data = Chunk();
      continue;
    }
    if (known) table_.touch(*peer, now);
    if (!peer->deliver(datagram.data, !known)) ++counts.dropped;
    datagram.data = Chunk();
  }
  in_turn_ = true;
}

// The new one's idle time begins a timer if there is none: a timer that is early looks again.
DatagramPeer* DatagramHub::admit(const Address& from) {
  if (live_ >= 2 * limits.peers_max) return nullptr;
  if (table_.size() >= limits.peers_max) {
    ++counts.evicted;
    end(*table_.oldest());
  }
  fresh_.push_back(std::make_unique<DatagramPeer>(shared_from_this(), from));
  DatagramPeer& peer = *fresh_.back();
  ++live_;
  Time now = scheduler_->now();
  table_.add(peer, now);
  if (!idle_timer_set_ && limits.idle_timeout != forever) {
    idle_timer_set_ = true;
    scheduler_->set(*this, later(now, limits.idle_timeout));
  }
  return &peer;
}

Stream DatagramHub::take_fresh() {
  Stream stream(std::move(fresh_[fresh_index_++]));
  if (fresh_index_ == fresh_.size()) {
    fresh_.clear();
    fresh_index_ = 0;
  }
  return stream;
}

void DatagramHub::end(PeerEntry& entry) {
  table_.remove(entry);
  static_cast<DatagramPeer&>(entry).end();
}

void DatagramHub::end_all() {
  end_turn();
  while (PeerEntry* entry = table_.oldest()) end(*entry);
  // Nobody is left to notice that the system takes more again.
  unattended_ = true;
  while (!waiting_.empty()) cancel_send(*waiting_.front().op, -EPIPE);
  std::vector<std::unique_ptr<DatagramPeer>> unserved = std::move(fresh_);
  fresh_.clear();
  fresh_index_ = 0;
}

void DatagramHub::forget(DatagramPeer& peer) {
  --live_;
  if (peer.listed()) table_.remove(peer);
}

void DatagramHub::fire() {
  idle_timer_set_ = false;
  Time now = scheduler_->now();
  PeerEntry* entry = table_.oldest();
  while (entry && later(entry->heard(), limits.idle_timeout) <= now) {
    end(*entry);
    entry = table_.oldest();
  }
  if (!entry) return;
  idle_timer_set_ = true;
  scheduler_->set(*this, later(entry->heard(), limits.idle_timeout));
}

bool DatagramHub::reserve(std::size_t size) {
  if (queued_size_ + size > limits.queued_size_max) return false;
  queued_size_ += size;
  return true;
}

bool DatagramHub::send(Op& op, const Address& to) {
  if (!blocked_ && waiting_.empty() && send_now(op, to)) return true;
  if (unattended_) {
    op.result = -EPIPE;
    return true;
  }
  waiting_.push_back({&op, to});
  return false;
}

// In a turn what is small waits for the others' answers, in memory of its own. What is sent outside
// of one, by a handler that slept for example, has no company to wait for.
bool DatagramHub::send_now(Op& op, const Address& to) {
  Bytes bytes = op.bytes();
  op.result = 0;
  if (in_turn_ && bytes.size() <= staged_size_max) {
    bool full = staged_count_ == staged_.size() || staging_size_ + bytes.size() > staging_size_max;
    if (full) flush();
    if (blocked_) return false;
    stage(bytes, to);
    return true;
  }
  flush();
  if (blocked_) return false;
  Outgoing one{bytes, to, 0};
  Op sending;
  sending.outgoing = &one;
  sending.size = 1;
  int result = submit(sending);
  if (result == -EAGAIN) {
    if (socket_.local_address().is_ip()) {
      block();
      return false;
    }
    ++counts.unsent;
    result = 0;
  }
  op.result = std::min(result, 0);
  return true;
}

void DatagramHub::stage(Bytes bytes, const Address& to) {
  if (!staging_) staging_ = std::make_unique_for_overwrite<std::byte[]>(staging_size_max);
  std::byte* place = staging_.get() + staging_size_;
  std::copy(bytes.begin(), bytes.end(), place);
  Outgoing& next = staged_[staged_count_++];
  next.bytes = Bytes(place, bytes.size());
  next.to = to;
  staging_size_ += bytes.size();
}

int DatagramHub::submit(Op& sending) {
  sending.kind = Op::Kind::send_datagrams;
  sending.handle = socket_.handle();
  sending.at_once = true;
  BOWLINE_CHECK(socket_.backend().submit(sending));
  return sending.result;
}

// Sends what is staged. One that the system refuses (no route, a firewall) is left out: the others
// are for other peers.
void DatagramHub::flush() {
  while (staged_first_ < staged_count_) {
    Op sending;
    sending.outgoing = &staged_[staged_first_];
    sending.size = staged_count_ - staged_first_;
    int result = submit(sending);
    staged_first_ = staged_count_ - sending.size;
    if (result == -EAGAIN && socket_.local_address().is_ip()) return block();
    if (result < 0) {
      ++counts.unsent;
      ++staged_first_;
    }
  }
  staged_first_ = staged_count_ = staging_size_ = 0;
}

void DatagramHub::end_turn() {
  in_turn_ = false;
  if (!blocked_) flush();
}

void DatagramHub::block() {
  blocked_ = true;
  if (pump) socket_.backend().cancel(*pump);
}

void DatagramHub::unblock() {
  blocked_ = false;
  flush();
  while (!blocked_ && !waiting_.empty()) {
    Waiting first = waiting_.front();
    if (!send_now(*first.op, first.to)) return;
    waiting_.pop_front();
    scheduler_->ready(*first.op);
  }
}

void DatagramHub::cancel_send(Op& op, int result) {
  auto found = std::find_if(waiting_.begin(), waiting_.end(),
                            [&](const Waiting& waiting) { return waiting.op == &op; });
  if (found == waiting_.end()) return;
  waiting_.erase(found);
  op.result = result;
  scheduler_->ready(op);
}

}  // namespace bowline
