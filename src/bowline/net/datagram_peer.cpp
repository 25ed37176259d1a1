#include "bowline/base/check.h"
#include "bowline/base/url.h"
#include "bowline/net/datagram_hub.h"

#include <cerrno>
#include <cstring>

namespace bowline {

DatagramPeer::~DatagramPeer() {
  BOWLINE_CHECK(!reader_);
  for (std::size_t index = queue_first_; index < queue_.size(); ++index) {
    hub_->release(queue_[index].size());
  }
  hub_->forget(*this);
}

// What waits in a queue is copied, so that a few bytes do not keep a whole block of the pool; the
// first of a new peer is about to be read.
bool DatagramPeer::deliver(Chunk& bytes, bool is_fresh) {
  if (reader_) {
    if (!wanted(*reader_, bytes)) return true;
    reader_->result = give(*reader_, bytes);
    hub_->scheduler().ready(*std::exchange(reader_, nullptr));
    return true;
  }
  bool room = queue_.size() - queue_first_ < hub_->limits.queue_max;
  if (!room || !hub_->reserve(bytes.size())) return false;
  if (queue_first_ >= hub_->limits.queue_max) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_first_));
    queue_first_ = 0;
  }
  Chunk taken = std::move(bytes);
  queue_.push_back(is_fresh ? std::move(taken) : Chunk::copy(taken));
  return true;
}

void DatagramPeer::end() {
  ended_ = true;
  if (!reader_) return;
  reader_->result = 0;
  hub_->scheduler().ready(*std::exchange(reader_, nullptr));
}

// An empty one reads as the end of a stream to those who do not know messages: they never see it.
bool DatagramPeer::wanted(const Op& op, const Chunk& bytes) {
  if (op.empty_counts || !bytes.empty()) return true;
  ++hub_->counts.empty;
  return false;
}

int DatagramPeer::give(Op& op, Chunk& bytes) {
  Chunk taken = std::move(bytes);
  auto size = static_cast<int>(taken.size());
  op.message = MessageKind::binary;
  if (size == 0) return 0;
  if (!op.data) {
    auto [pool, memory] = taken.release();
    op.received(*pool, memory);
    return size;
  }
  if (taken.size() > op.size) return -EMSGSIZE;
  std::memcpy(op.data, taken.bytes().data(), taken.size());
  return size;
}

bool DatagramPeer::read(Op& op) {
  BOWLINE_CHECK(!reader_);
  if (op.data && op.handles) {
    op.result = -EOPNOTSUPP;
    return true;
  }
  op.message = MessageKind::none;
  for (bool given = false; !given;) {
    if (queue_first_ == queue_.size()) {
      op.result = 0;
      if (!ended_) reader_ = &op;
      return ended_;
    }
    Chunk first = take();
    given = wanted(op, first);
    if (given) op.result = give(op, first);
  }
  return true;
}

Chunk DatagramPeer::take() {
  Chunk first = std::move(queue_[queue_first_++]);
  hub_->release(first.size());
  if (queue_first_ == queue_.size()) {
    queue_.clear();
    queue_first_ = 0;
  }
  return first;
}

bool DatagramPeer::submit(Op& op) {
  active_ = true;
  if (op.kind == Op::Kind::receive) return read(op);
  if (op.kind == Op::Kind::send) return hub_->send(op, address());
  BOWLINE_CHECK(op.kind == Op::Kind::end);
  op.result = 0;  // nothing says so to the peer
  return true;
}

void DatagramPeer::cancel(Op& op) {
  if (reader_ != &op) return hub_->cancel_send(op);
  reader_->result = -ECANCELED;
  hub_->scheduler().ready(*std::exchange(reader_, nullptr));
}

std::string DatagramPeer::url() const {
  return url_text(datagram_scheme(address()), address());
}

std::string DatagramPeer::advice(Attempted attempted, int error_number) const {
  if (attempted == Attempted::receive && error_number == EMSGSIZE) {
    return "the datagram was longer than the memory it was to be read into, and is lost";
  }
  return hub_->socket().backend().advice(attempted, address(), error_number);
}

}  // namespace bowline
