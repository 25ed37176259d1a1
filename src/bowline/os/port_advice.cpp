#include "bowline/os/port_advice.h"

#include "bowline/os/address.h"
#include "bowline/os/socket_owners.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

namespace bowline::os {
namespace {

constexpr Duration owner_wait_max = std::chrono::milliseconds(500);
constexpr Duration names_wait_max = std::chrono::milliseconds(200);
constexpr std::size_t entries_max = 4096;
constexpr std::size_t nearby_ports_max = 3;

// IPv4 as IPv6 sockets see it, ::ffff:a.b.c.d (RFC 4291 2.5.5.2), as plain IPv4.
Address unmapped(const Address& address) {
  if (address.family() != Family::ipv6) return address;
  const auto& bytes = address.ipv6_bytes();
  constexpr Address::Ipv6Bytes prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (!std::equal(bytes.begin(), bytes.begin() + 12, prefix.begin())) return address;
  std::uint32_t value = std::uint32_t{bytes[12]} << 24 | std::uint32_t{bytes[13]} << 16 |
                        std::uint32_t{bytes[14]} << 8 | std::uint32_t{bytes[15]};
  return Address::ipv4(value, address.port());
}

// TCP sockets that listen, or UDP sockets without a peer: what takes strangers.
std::vector<SocketEntry> servers(SocketKind kind, std::uint16_t port = 0) {
  SocketQuery query;
  query.kinds = bit(kind);
  query.states = bit(kind == SocketKind::tcp ? SocketState::listening : SocketState::unconnected);
  query.local_port = port;
  query.count_max = entries_max;
  std::vector<SocketEntry> entries;
  list_sockets(query, entries);
  return entries;
}

void keep_overlapping(std::vector<SocketEntry>& entries, const Address& address) {
  std::erase_if(entries, [&](const SocketEntry& entry) {
    return entry.local.port() == 0 || !hosts_overlap(entry.local, address);
  });
}

// Whoever has `entry`, doing what `verb` says.
std::string holder_text(const SocketEntry& entry, std::string_view verb) {
  bool tcp = entry.kind == SocketKind::tcp;
  if (auto owner = find_owner(entry.inode, owner_wait_max)) {
    if (owner->pid == ::getpid()) return fmt::format("this process already {}", verb);
    return fmt::format("process {} ({}) {}; stop it or choose another port", owner->pid,
                       owner->name, verb);
  }
  std::string user = entry.uid ? fmt::format(" of user {}", *entry.uid) : "";
  if (::geteuid() == 0)
    return fmt::format("a process{} out of sight {} (in a container?)", user, verb);
  return fmt::format("a process{} {}; as root, `ss -{}np 'sport = :{}'` says which", user, verb,
                     tcp ? "ta" : "ua", entry.local.port());
}

// For sockets that are in the way without listening: bound and not used yet, or connections.
std::string bystander_text(const Address& address) {
  SocketQuery query;
  query.kinds = bit(SocketKind::tcp);
  query.states = all_states & ~bit(SocketState::listening);
  query.local_port = address.port();
  query.count_max = entries_max;
  std::vector<SocketEntry> entries;
  list_sockets(query, entries);
  keep_overlapping(entries, address);
  if (entries.empty()) return {};
  auto live = std::find_if(entries.begin(), entries.end(),
                           [](const SocketEntry& entry) { return entry.inode != 0; });
  if (live == entries.end()) {
    return "connections that have ended still keep it for a minute: turn address reuse "
           "(SO_REUSEADDR) on before binding";
  }
  bool bound = live->state == SocketState::unconnected;
  return holder_text(*live, bound ? "has bound it without listening" : "has connections on it");
}

std::string no_free_port_text() {
  return "no port is free for an automatic choice (sysctl net.ipv4.ip_local_port_range)";
}

bool is_local(const Address& address) {
  if (address.is_loopback() || address.is_unspecified()) return true;
  for (const Address& local : local_addresses()) {
    if (local.with_port(address.port()) == address) return true;
  }
  return false;
}

// The nearest of `entries` by number, one for each port.
void keep_nearest(std::vector<SocketEntry>& entries, std::uint16_t port) {
  auto distance = [port](const SocketEntry& entry) { return std::abs(entry.local.port() - port); };
  std::sort(entries.begin(), entries.end(), [&](const SocketEntry& left, const SocketEntry& right) {
    return std::pair(distance(left), left.local.port()) <
           std::pair(distance(right), right.local.port());
  });
  auto same_port = [](const SocketEntry& left, const SocketEntry& right) {
    return left.local.port() == right.local.port();
  };
  entries.erase(std::unique(entries.begin(), entries.end(), same_port), entries.end());
  if (entries.size() > nearby_ports_max) entries.resize(nearby_ports_max);
}

// "8001 (python3), 8080 (nginx)"; names where they are to be seen.
std::string ports_text(const std::vector<SocketEntry>& entries) {
  std::vector<std::uint64_t> inodes;
  inodes.reserve(entries.size());
  for (const SocketEntry& entry : entries) inodes.push_back(entry.inode);
  OwnerSearch search;
  search.inodes = inodes;
  search.time_max = names_wait_max;
  SocketOwners owners = find_owners(search);
  std::string text;
  for (const SocketEntry& entry : entries) {
    if (!text.empty()) text += ", ";
    text += std::to_string(entry.local.port());
    auto holders = owners.of(entry.inode);
    if (!holders.empty()) text += fmt::format(" ({})", holders.front().name);
  }
  return text;
}

std::string nearby_text(const Address& address, SocketKind kind) {
  std::vector<SocketEntry> entries = servers(kind);
  keep_overlapping(entries, address);
  keep_nearest(entries, address.port());
  if (entries.empty()) return "nothing is listening there";
  std::string one = entries.size() == 1 ? "this port listens" : "these ports listen";
  return fmt::format("nothing is listening there; on this host {}: {}", one, ports_text(entries));
}

}  // namespace

bool hosts_overlap(const Address& left, const Address& right) {
  Address one = unmapped(left).with_port(0);
  Address other = unmapped(right).with_port(0);
  if (!one.is_ip() || !other.is_ip()) return false;
  auto is_all = [](const Address& all, const Address& address) {
    return all.is_unspecified() &&
           (all.family() == Family::ipv6 || address.family() == Family::ipv4);
  };
  return one == other || is_all(one, other) || is_all(other, one);
}

std::vector<Address> local_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) return {};
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, ::freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* at = list; at; at = at->ifa_next) {
    if (!at->ifa_addr) continue;
    bool ipv4 = at->ifa_addr->sa_family == AF_INET;
    if (!ipv4 && at->ifa_addr->sa_family != AF_INET6) continue;
    socklen_t size = ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    Address address = from_system(at->ifa_addr, size);
    if (address.is_ip() && address.scope() == 0) addresses.push_back(address);
  }
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const Address& address) { return !address.is_loopback(); });
  return addresses;
}

std::string port_in_use_advice(const Address& address) {
  if (address.port() == 0) return no_free_port_text();
  for (SocketKind kind : {SocketKind::tcp, SocketKind::udp}) {
    std::vector<SocketEntry> entries = servers(kind, address.port());
    keep_overlapping(entries, address);
    if (entries.empty()) {
      std::string text = kind == SocketKind::tcp ? bystander_text(address) : "";
      if (!text.empty()) return text;
      continue;
    }
    bool tcp = kind == SocketKind::tcp;
    return holder_text(entries.front(), tcp ? "listens there" : "has that UDP port");
  }
  return "another socket has that port; `ss -anp` as root says whose";
}

std::string port_refused_advice(const Address& address, SocketKind kind) {
  if (address.port() == 0) return "nothing can listen on port 0; give the server's port";
  if (!is_local(address)) return "nothing is listening there";
  for (const SocketEntry& entry : servers(kind, address.port())) {
    // What covers the address and yet refused has only just come, or is full.
    if (hosts_overlap(entry.local, address) && entry.local.family() == address.family()) {
      return "nothing was listening there a moment ago, now something is: try again";
    }
    return fmt::format("something listens on {}, not on {}", entry.local.text(), address.text());
  }
  return nearby_text(address, kind);
}

}  // namespace bowline::os
