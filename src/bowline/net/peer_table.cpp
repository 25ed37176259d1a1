#include "bowline/net/peer_table.h"

#include <cstring>
#include <functional>

namespace bowline {
namespace {

constexpr std::size_t buckets_at_first = 64;

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15;
  return value ^ value >> 29;
}

}  // namespace

PeerTable::PeerTable() : buckets_(buckets_at_first) {}

// Salted with where this table is in memory, so that nobody far away can choose addresses that all
// fall into one bucket. No order depends on it.
std::size_t PeerTable::hash_of(const Address& address) const {
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(this) ^ address.port();
  if (address.family() == Family::local) {
    return mix(hash ^ std::hash<std::string_view>()(address.path()));
  }
  std::uint64_t halves[2];
  std::memcpy(halves, address.ipv6_bytes().data(), sizeof halves);
  hash = mix(mix(mix(hash) ^ halves[0]) ^ halves[1]);
  return mix(hash ^ address.scope());
}

PeerEntry* PeerTable::find(const Address& address) const {
  std::size_t hash = hash_of(address);
  PeerEntry* entry = buckets_[hash & (buckets_.size() - 1)];
  while (entry && !(entry->hash_ == hash && entry->address_ == address)) entry = entry->chained_;
  return entry;
}

void PeerTable::add(PeerEntry& entry, Time now) {
  if (size_ == buckets_.size()) grow();
  entry.hash_ = hash_of(entry.address_);
  PeerEntry*& first = bucket(entry.hash_);
  entry.chained_ = first;
  first = &entry;
  entry.heard_ = now;
  entry.listed_ = true;
  link(entry);
  ++size_;
}

void PeerTable::remove(PeerEntry& entry) {
  PeerEntry** at = &bucket(entry.hash_);
  while (*at != &entry) at = &(*at)->chained_;
  *at = entry.chained_;
  entry.listed_ = false;
  unlink(entry);
  --size_;
}

void PeerTable::touch(PeerEntry& entry, Time now) {
  entry.heard_ = now;
  if (newest_ == &entry) return;
  unlink(entry);
  link(entry);
}

void PeerTable::grow() {
  std::vector<PeerEntry*> before(2 * buckets_.size());
  before.swap(buckets_);
  for (PeerEntry* entry : before) {
    while (entry) {
      PeerEntry* following = entry->chained_;
      PeerEntry*& first = bucket(entry->hash_);
      entry->chained_ = first;
      first = entry;
      entry = following;
    }
  }
}

void PeerTable::link(PeerEntry& entry) {
  entry.older_ = newest_;
  entry.newer_ = nullptr;
  (newest_ ? newest_->newer_ : oldest_) = &entry;
  newest_ = &entry;
}

void PeerTable::unlink(PeerEntry& entry) {
  (entry.older_ ? entry.older_->newer_ : oldest_) = entry.newer_;
  (entry.newer_ ? entry.newer_->older_ : newest_) = entry.older_;
}

}  // namespace bowline
