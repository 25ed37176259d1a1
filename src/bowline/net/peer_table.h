// Who has sent datagrams to a socket, found by address, and in the order in which they were last
// heard of. The entries are the caller's and carry their own links, so nothing is allocated for
// each.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/time.h"

#include <cstddef>
#include <vector>

namespace bowline {

class PeerEntry {
 public:
  explicit PeerEntry(const Address& address) : address_(address) {}
  PeerEntry(const PeerEntry&) = delete;
  const Address& address() const { return address_; }
  // When it was last heard of.
  Time heard() const { return heard_; }
  bool listed() const { return listed_; }

 private:
  friend class PeerTable;
  Address address_;
  std::size_t hash_ = 0;
  PeerEntry* chained_ = nullptr;  // the next of its bucket
  PeerEntry* older_ = nullptr;
  PeerEntry* newer_ = nullptr;
  Time heard_{};
  bool listed_ = false;
};

class PeerTable {
 public:
  PeerTable();
  PeerTable(const PeerTable&) = delete;

  // The entry for `address`, or nullptr.
  PeerEntry* find(const Address& address) const;
  // `entry` must stay where it is until it is removed; no other may have its address.
  void add(PeerEntry& entry, Time now);
  void remove(PeerEntry& entry);
  // `entry` was heard of at `now`.
  void touch(PeerEntry& entry, Time now);
  // The one silent for longest, or nullptr.
  PeerEntry* oldest() const { return oldest_; }
  std::size_t size() const { return size_; }

 private:
  std::size_t hash_of(const Address& address) const;
  PeerEntry*& bucket(std::size_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
  void grow();
  void link(PeerEntry& entry);
  void unlink(PeerEntry& entry);

  std::vector<PeerEntry*> buckets_;  // a power of two
  std::size_t size_ = 0;
  PeerEntry* oldest_ = nullptr;
  PeerEntry* newest_ = nullptr;
};

}  // namespace bowline
