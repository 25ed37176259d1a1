// Where a socket is: an IPv4 or IPv6 address with a port, or a Unix path. A plain value; host names
// are not addresses yet (see Url, and the lookups of the socket and net layers).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bowline {

enum class Family : std::uint8_t { none, ipv4, ipv6, local };

class Address {
 public:
  using Ipv6Bytes = std::array<std::uint8_t, 16>;

  Address() : ip_{} {}
  Address(const Address& other) noexcept { share(other); }
  Address(Address&& other) noexcept { share(other); }
  Address& operator=(const Address& other) noexcept;
  ~Address() { let_go(); }
  static Address ipv4(std::uint32_t host_order, std::uint16_t port);
  // `scope` is the index of the interface that a link-local address (fe80::/10) belongs to.
  static Address ipv6(const Ipv6Bytes& bytes, std::uint16_t port, std::uint32_t scope = 0);
  // A Unix socket: a path in the file system, a name in the abstract namespace (no file, Linux,
  // unix(7)), or unnamed. At most 107 bytes; longer is the caller's error to report.
  static Address unix_path(std::string_view path);
  static Address unix_abstract(std::string_view name);
  static Address unix_unnamed();
  // The literal forms "127.0.0.1", "::1", "[fe80::1%3]" with the port; no value for host names.
  // A zone is a number here: names of interfaces need the operating system.
  static std::optional<Address> parse_ip(std::string_view text, std::uint16_t port);

  Family family() const { return family_; }
  bool is_ip() const { return family_ == Family::ipv4 || family_ == Family::ipv6; }
  std::uint16_t port() const { return port_; }
  Address with_port(std::uint16_t port) const;
  std::uint32_t scope() const { return scope_; }
  // IPv4 in host byte order; IPv6 in network byte order. Only for that family.
  std::uint32_t ipv4_value() const;
  const Ipv6Bytes& ipv6_bytes() const { return ip_; }
  bool is_loopback() const;
  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_abstract() const { return family_ == Family::local && abstract_; }
  // The path, or the abstract name without its leading zero byte; empty when unnamed.
  std::string_view path() const;

  // "127.0.0.1", "fe80::1%3" (RFC 5952), "/run/x.sock", "@name".
  std::string host() const;
  // "127.0.0.1:8000", "[::1]:8000", "/run/x.sock", "@name", "(unnamed)".
  std::string text() const;
  // As Python shows it: ('127.0.0.1', 8000), ('::1', 8000, 0, 0), '/run/x.sock', b'\x00name', ''.
  std::string tuple() const;

  friend bool operator==(const Address& left, const Address& right);

 private:
  // Shared by all copies since it never changes: each connection keeps an address, so that is
  // small.
  struct Path;

  void share(const Address& other) noexcept;
  void let_go() noexcept {
    if (family_ == Family::local) let_path_go();
  }
  void let_path_go() noexcept;

  Family family_ = Family::none;
  bool abstract_ = false;
  std::uint16_t port_ = 0;
  std::uint32_t scope_ = 0;
  union {
    Ipv6Bytes ip_;  // the first four bytes for IPv4, network byte order
    Path* path_;    // local: may be null
  };
};

}  // namespace bowline
