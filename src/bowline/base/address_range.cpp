#include "bowline/base/address_range.h"

#include <algorithm>
#include <charconv>

namespace bowline {
namespace {

constexpr std::string_view all_unix = "unix";

Error unreadable(std::string_view text, const std::string& advice) {
  return make_error(make_error_code(Errc::bad_address), "'" + std::string(text) + "'", advice);
}

Address unmapped(const Address& address) {
  constexpr std::uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (address.family() != Family::ipv6) return address;
  const Address::Ipv6Bytes& bytes = address.ipv6_bytes();
  if (!std::equal(std::begin(prefix), std::end(prefix), bytes.begin())) return address;
  std::uint32_t value = 0;
  for (std::size_t index = 12; index < 16; ++index) value = value << 8 | bytes[index];
  return Address::ipv4(value, 0);
}

unsigned bits_max(const Address& address) {
  return address.family() == Family::ipv4 ? 32 : 128;
}

// `address` with all but its first `bits` bits zero, and no port.
Address masked(const Address& address, unsigned bits) {
  if (address.family() == Family::ipv4) {
    std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t(0) << (32 - bits);
    return Address::ipv4(address.ipv4_value() & mask, 0);
  }
  Address::Ipv6Bytes bytes = address.ipv6_bytes();
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    unsigned begin = static_cast<unsigned>(index) * 8;
    unsigned kept = bits <= begin ? 0 : std::min(bits - begin, 8u);
    bytes[index] = static_cast<std::uint8_t>(bytes[index] & (0xff00u >> kept));
  }
  return Address::ipv6(bytes, 0);
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  if (text == all_unix) return AddressRange(Address::unix_unnamed(), 0);
  std::size_t slash = text.find('/');
  std::optional<Address> first = Address::parse_ip(text.substr(0, slash), 0);
  if (!first || first->scope() != 0) {
    return unreadable(text, "write 192.0.2.7, 10.0.0.0/8, 2001:db8::/32 or unix");
  }
  unsigned bits = bits_max(*first);
  if (slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    bool whole = error == std::errc() && at == digits.data() + digits.size();
    if (!whole || bits > bits_max(*first)) {
      return unreadable(
          text, "after the / is how many bits all have: 0 to " + std::to_string(bits_max(*first)));
    }
  }
  AddressRange range(masked(*first, bits), bits);
  if (!(range.first_ == masked(*first, bits_max(*first)))) {
    return unreadable(text, "it has bits behind those that count; " + range.text() + " has not");
  }
  return range;
}

bool AddressRange::contains(const Address& address) const {
  Address plain = first_.family() == Family::ipv4 ? unmapped(address) : address;
  if (plain.family() != first_.family()) return false;
  return plain.family() == Family::local || masked(plain, bits_) == first_;
}

std::string AddressRange::text() const {
  if (first_.family() == Family::local) return std::string(all_unix);
  std::string host = first_.host();
  return bits_ == bits_max(first_) ? host : host + "/" + std::to_string(bits_);
}

}  // namespace bowline
