// Addresses that begin alike: "10.0.0.0/8", "2001:db8::/32", one host as "192.0.2.7", or "unix" for
// all Unix sockets. For lists of who may do something.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/error.h"

#include <string>
#include <string_view>

namespace bowline {

class AddressRange {
 public:
  // The Error says what is wrong and what to write.
  static Result<AddressRange> parse(std::string_view text);

  // Ports and zones do not matter; an IPv4 address counts the same when it is mapped into IPv6, as
  // sockets for both families show it (RFC 4291 2.5.5.2).
  bool contains(const Address& address) const;
  std::string text() const;

 private:
  AddressRange(const Address& first, unsigned bits) : first_(first), bits_(bits) {}

  Address first_;
  unsigned bits_;  // how many of the first all have
};

}  // namespace bowline
