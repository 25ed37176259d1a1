#include "bowline/tls/ticket_keys.h"

#include <openssl/rand.h>

namespace bowline {
namespace {

template <std::size_t Size>
bool fill(std::array<unsigned char, Size>& bytes) {
  return RAND_priv_bytes(bytes.data(), int(bytes.size())) == 1;
}

}  // namespace

std::optional<TicketKeys::Key> TicketKeys::sealing(Time now) {
  std::lock_guard lock(mutex_);
  while (!keys_.empty() && now - keys_.back().made >= opens_for) keys_.pop_back();
  if (keys_.empty() || now - keys_.front().made >= seals_for) {
    Key key{};
    key.made = now;
    if (!fill(key.name) || !fill(key.cipher) || !fill(key.mac)) return {};
    keys_.push_front(key);
  }
  return keys_.front();
}

std::optional<TicketKeys::Key> TicketKeys::opening(const Name& name, Time now) {
  std::lock_guard lock(mutex_);
  for (const Key& key : keys_) {
    if (key.name == name && now - key.made < opens_for) return key;
  }
  return {};
}

}  // namespace bowline
