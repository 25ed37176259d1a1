#include "bowline/os/resolve.h"

#include "bowline/base/error.h"
#include "bowline/os/address.h"

#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

namespace bowline::os {
namespace {

struct FreeResults {
  void operator()(addrinfo* results) const { ::freeaddrinfo(results); }
};
using Results = std::unique_ptr<addrinfo, FreeResults>;

std::error_code lookup_error(int code, int error_number) {
  switch (code) {
    case EAI_SYSTEM:
      return {error_number, std::system_category()};
    case EAI_MEMORY:
      return {ENOMEM, std::system_category()};
    case EAI_FAMILY:
      return {EAFNOSUPPORT, std::system_category()};
    case EAI_AGAIN:
    case EAI_FAIL:
      return Errc::name_lookup_failed;
    default:
      return Errc::name_not_found;
  }
}

// "127.0.0.1", "::1", "fe80::1%3", and "fe80::1%eth0" through the name of the interface.
std::optional<Address> parse_literal(const std::string& host, std::uint16_t port) {
  if (auto address = Address::parse_ip(host, port)) return address;
  std::size_t percent = host.find('%');
  if (percent == std::string::npos || host.find('\0') != std::string::npos) return std::nullopt;
  auto address = Address::parse_ip(host.substr(0, percent), port);
  if (!address || address->family() != Family::ipv6) return std::nullopt;
  unsigned scope = ::if_nametoindex(host.c_str() + percent + 1);
  if (scope == 0) return std::nullopt;
  return Address::ipv6(address->ipv6_bytes(), port, scope);
}

std::vector<Address> addresses_without_host(std::uint16_t port, bool passive) {
  Address::Ipv6Bytes bytes{};
  if (!passive) bytes.back() = 1;
  return {Address::ipv4(passive ? 0 : 0x7F000001, port), Address::ipv6(bytes, port)};
}

Lookup only(Family family, std::vector<Address> addresses) {
  Lookup lookup;
  for (Address& address : addresses) {
    bool wanted = family == Family::none || address.family() == family;
    if (wanted) lookup.addresses.push_back(std::move(address));
  }
  if (lookup.addresses.empty()) lookup.error = Errc::name_not_found;
  return lookup;
}

Lookup ask_system(const std::string& host, std::uint16_t port, Family family) {
  addrinfo hints{};
  hints.ai_family = system_family(family);
  hints.ai_socktype = SOCK_STREAM;  // or each address comes once for each type
  addrinfo* found = nullptr;
  int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return {{}, lookup_error(code, errno)};
  Results results(found);
  std::vector<Address> addresses;
  for (addrinfo* at = results.get(); at; at = at->ai_next) {
    Address address = from_system(at->ai_addr, at->ai_addrlen).with_port(port);
    bool known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
    if (address.is_ip() && !known) addresses.push_back(std::move(address));
  }
  return only(family, std::move(addresses));
}

}  // namespace

Lookup look_up(const std::string& host, std::uint16_t port, bool passive, Family family) {
  // getaddrinfo(3) would stop at a zero byte and answer for another name.
  bool readable = host.find('\0') == std::string::npos;
  if (family == Family::local || !readable) return {{}, Errc::bad_address};
  if (host.empty()) return only(family, addresses_without_host(port, passive));
  if (auto address = parse_literal(host, port)) return only(family, {*address});
  Lookup lookup = ask_system(host, port, family);
  if (passive) {
    std::stable_partition(lookup.addresses.begin(), lookup.addresses.end(),
                          [](const Address& one) { return one.family() == Family::ipv4; });
  }
  return lookup;
}

bool is_literal(const std::string& host) {
  return host.empty() || parse_literal(host, 0).has_value();
}

}  // namespace bowline::os
