// What a client keeps of past connections so that the next to the same server takes a short
// handshake. One is handed to the contexts that may share it. May be used by several threads at
// once.
#pragma once

#include "bowline/tls/openssl.h"

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace bowline {

class TlsSessionCache {
 public:
  // Sessions in all; at the limit the oldest goes. One takes some 4 KiB, the server's certificates
  // included.
  explicit TlsSessionCache(std::size_t limit = 256) : limit_(limit) {}

  // A `key` says whose session it is and under which terms it was agreed on; the engine makes it.
  void put(const std::string& key, openssl::Session session);
  // The newest session of `key`; null when there is none. One of TLS 1.3 is then no longer here: to
  // use it twice would let an onlooker link the connections (RFC 8446 C.4). One of TLS 1.2 stays,
  // since its server gives no other.
  openssl::Session take(const std::string& key);
  std::size_t size() const;

 private:
  struct Entry {
    std::string key;
    openssl::Session session;
  };
  using Entries = std::list<Entry>;

  void forget(std::multimap<std::string, Entries::iterator>::iterator place);

  mutable std::mutex mutex_;
  std::size_t limit_;
  Entries entries_;  // the oldest first
  std::multimap<std::string, Entries::iterator> places_;
};

}  // namespace bowline
