#include "bowline/tls/session_cache.h"

#include <openssl/ssl.h>

#include <iterator>

namespace bowline {
namespace {

// Of one server; more than connections are likely to begin at once.
constexpr std::size_t per_key_max = 8;

}  // namespace

void TlsSessionCache::put(const std::string& key, openssl::Session session) {
  if (limit_ == 0) return;
  std::lock_guard lock(mutex_);
  auto [first, last] = places_.equal_range(key);
  if (std::size_t(std::distance(first, last)) >= per_key_max) {
    forget(first);
  } else if (entries_.size() >= limit_) {
    auto [place, end] = places_.equal_range(entries_.front().key);
    forget(place);
  }
  entries_.push_back({key, std::move(session)});
  places_.emplace(key, std::prev(entries_.end()));
}

openssl::Session TlsSessionCache::take(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto [first, last] = places_.equal_range(key);
  if (first == last) return nullptr;
  auto newest = std::prev(last);
  SSL_SESSION* kept = newest->second->session.get();
  if (SSL_SESSION_get_protocol_version(kept) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(kept);
    return openssl::Session(kept);
  }
  openssl::Session session = std::move(newest->second->session);
  forget(newest);
  return session;
}

std::size_t TlsSessionCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

void TlsSessionCache::forget(std::multimap<std::string, Entries::iterator>::iterator place) {
  entries_.erase(place->second);
  places_.erase(place);
}

}  // namespace bowline
