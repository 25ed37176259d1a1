#include "bowline/proto/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace bowline {
namespace {

using State = ProxyReading::State;

constexpr std::string_view v1_begin = "PROXY ";
constexpr std::string_view v2_begin("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v2_fixed_size = 16;
constexpr std::size_t path_size = 108;
constexpr const char* unknown_line = "PROXY UNKNOWN\r\n";

// The high half of version 2's address family and transport, in that byte's place.
enum : unsigned {
  family_unspecified = 0x00,
  family_ipv4 = 0x10,
  family_ipv6 = 0x20,
  family_local = 0x30
};
constexpr unsigned over_stream = 0x01;

ProxyReading failed(std::string why) {
  return {.state = State::failed, .size = 0, .header = {}, .why = std::move(why)};
}

ProxyReading complete(std::size_t size, ProxyHeader header) {
  return {.state = State::complete, .size = size, .header = std::move(header), .why = {}};
}

bool begins_like(std::string_view text, std::string_view begin) {
  std::size_t common = std::min(text.size(), begin.size());
  return text.substr(0, common) == begin.substr(0, common);
}

// The word up to the next blank, which is taken off with it.
std::string_view take_word(std::string_view& line) {
  std::size_t end = std::min(line.find(' '), line.size());
  std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<std::uint16_t> port_of(std::string_view word) {
  std::uint16_t port = 0;
  auto [at, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  bool whole = error == std::errc() && at == word.data() + word.size();
  bool padded = word.size() > 1 && word[0] == '0';
  if (!whole || padded) return std::nullopt;
  return port;
}

std::optional<Address> address_of(std::string_view word, std::string_view port, Family family) {
  std::optional<std::uint16_t> number = port_of(port);
  bool plain = word.find_first_of("[%") == std::string_view::npos;
  if (!number || !plain) return std::nullopt;
  std::optional<Address> address = Address::parse_ip(word, *number);
  if (!address || address->family() != family) return std::nullopt;
  return address;
}

// "TCP4 192.0.2.1 198.51.100.1 56324 443", without its begin and end.
ProxyReading read_v1_line(std::string_view line, std::size_t size) {
  std::string_view kind = take_word(line);
  if (kind == "UNKNOWN") return complete(size, {});
  if (kind != "TCP4" && kind != "TCP6") {
    return failed("its PROXY line is of no kind that there is: TCP4, TCP6, UNKNOWN");
  }
  Family family = kind == "TCP4" ? Family::ipv4 : Family::ipv6;
  std::array<std::string_view, 4> words;
  bool counted = std::count(line.begin(), line.end(), ' ') == words.size() - 1;
  for (std::string_view& word : words) word = take_word(line);
  std::optional<Address> source = address_of(words[0], words[2], family);
  std::optional<Address> destination = address_of(words[1], words[3], family);
  if (!counted || !source || !destination) {
    return failed("its PROXY line has not two addresses and two ports after " + std::string(kind));
  }
  return complete(size, {*source, *destination});
}

ProxyReading read_v1(std::string_view text) {
  std::string_view room = text.substr(0, proxy_v1_size_max);
  std::size_t end = room.find_first_of("\r\n");
  bool ended = end != std::string_view::npos && end + 1 < room.size();
  if (ended && room.substr(end, 2) == "\r\n") {
    return read_v1_line(room.substr(0, end).substr(v1_begin.size()), end + 2);
  }
  bool wrong = ended || (end != std::string_view::npos && room[end] == '\n');
  if (wrong) return failed("its PROXY line does not end with \\r\\n");
  if (room.size() == proxy_v1_size_max) return failed("its PROXY line is longer than 107 bytes");
  return {};
}

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

unsigned short_at(std::string_view text, std::size_t at) {
  return byte_at(text, at) << 8 | byte_at(text, at + 1);
}

Address ipv4_at(std::string_view text, std::size_t at, unsigned port) {
  std::uint32_t value = std::uint32_t(short_at(text, at)) << 16 | short_at(text, at + 2);
  return Address::ipv4(value, static_cast<std::uint16_t>(port));
}

Address ipv6_at(std::string_view text, std::size_t at, unsigned port) {
  Address::Ipv6Bytes bytes;
  std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), bytes.size(), bytes.begin());
  return Address::ipv6(bytes, static_cast<std::uint16_t>(port));
}

// As sun_path (unix(7)): a path ends with its zero byte, an abstract name begins with one. The last
// byte of a path that fills its room is lost.
Address path_at(std::string_view text, std::size_t at) {
  std::string_view room = text.substr(at, path_size);
  if (room[0] != '\0')
    return Address::unix_path(room.substr(0, path_size - 1).substr(0, room.find('\0')));
  std::size_t last = room.find_last_not_of('\0');
  if (last == std::string_view::npos) return Address::unix_unnamed();
  return Address::unix_abstract(room.substr(1, last));
}

std::size_t addresses_size(unsigned family) {
  if (family == family_ipv4) return 12;
  if (family == family_ipv6) return 36;
  return family == family_local ? 2 * path_size : 0;
}

ProxyHeader addresses_of(std::string_view text, unsigned family) {
  constexpr std::size_t at = v2_fixed_size;
  switch (family) {
    case family_ipv4:
      return {ipv4_at(text, at, short_at(text, at + 8)),
              ipv4_at(text, at + 4, short_at(text, at + 10))};
    case family_ipv6:
      return {ipv6_at(text, at, short_at(text, at + 32)),
              ipv6_at(text, at + 16, short_at(text, at + 34))};
    case family_local:
      return {path_at(text, at), path_at(text, at + path_size)};
  }
  return {};
}

ProxyReading read_v2(std::string_view text) {
  std::size_t at = v2_begin.size();
  if (text.size() <= at) return {};
  unsigned version_and_command = byte_at(text, at);
  if (version_and_command != 0x20 && version_and_command != 0x21) {
    return failed("its PROXY header is of a version or command that is neither LOCAL nor PROXY");
  }
  bool local = version_and_command == 0x20;
  if (text.size() <= at + 1) return {};
  unsigned family = byte_at(text, at + 1) & 0xf0;
  unsigned transport = byte_at(text, at + 1) & 0x0f;
  if (!local && (family > family_local || transport > 2)) {
    return failed("its PROXY header names an address family or transport that there is not");
  }
  if (text.size() < v2_fixed_size) return {};
  std::size_t size = v2_fixed_size + short_at(text, at + 2);
  if (size > proxy_v2_size_max) return failed("its PROXY header is longer than 4096 bytes");
  if (!local && size < v2_fixed_size + addresses_size(family)) {
    return failed("its PROXY header is too short for its addresses");
  }
  if (text.size() < size) return {};
  return complete(size, local || transport == 0 ? ProxyHeader() : addresses_of(text, family));
}

Address as_ipv6(const Address& address) {
  if (address.family() == Family::ipv6) return Address::ipv6(address.ipv6_bytes(), address.port());
  Address::Ipv6Bytes bytes{};
  bytes[10] = bytes[11] = 0xff;
  for (unsigned index = 0; index < 4; ++index) {
    bytes[12 + index] = static_cast<std::uint8_t>(address.ipv4_value() >> (24 - 8 * index));
  }
  return Address::ipv6(bytes, address.port());
}

// The family that both addresses have, or can be written in; none where there is no such.
Family common_family(ProxyHeader& header) {
  if (header.source.family() == header.destination.family()) return header.source.family();
  if (!header.source.is_ip() || !header.destination.is_ip()) return Family::none;
  header.source = as_ipv6(header.source);
  header.destination = as_ipv6(header.destination);
  return Family::ipv6;
}

void append_short(std::string& text, std::size_t number) {
  text += static_cast<char>(number >> 8);
  text += static_cast<char>(number);
}

void append_address(std::string& text, const Address& address) {
  if (address.family() == Family::ipv4) {
    append_short(text, address.ipv4_value() >> 16);
    append_short(text, address.ipv4_value() & 0xffff);
  } else if (address.family() == Family::ipv6) {
    for (std::uint8_t byte : address.ipv6_bytes()) text += static_cast<char>(byte);
  } else {
    std::string path(address.is_abstract() ? 1 : 0, '\0');
    path += address.path();
    path.resize(path_size, '\0');
    text += path;
  }
}

std::string v1_line(const ProxyHeader& header, Family family) {
  if (family != Family::ipv4 && family != Family::ipv6) return unknown_line;
  bool is_v4 = family == Family::ipv4;
  std::string line = is_v4 ? "PROXY TCP4" : "PROXY TCP6";
  for (const Address* address : {&header.source, &header.destination}) {
    line += " " + (is_v4 ? address->host() : as_ipv6(*address).host());
  }
  for (const Address* address : {&header.source, &header.destination}) {
    line += " " + std::to_string(address->port());
  }
  return line + "\r\n";
}

std::string v2_bytes(const ProxyHeader& header, Family family) {
  bool local = header.source.family() == Family::none;
  unsigned kind = family == Family::ipv4    ? family_ipv4
                  : family == Family::ipv6  ? family_ipv6
                  : family == Family::local ? family_local
                                            : family_unspecified;
  std::string text(v2_begin);
  text += local ? '\x20' : '\x21';
  text += static_cast<char>(kind == family_unspecified ? kind : kind | over_stream);
  append_short(text, addresses_size(kind));
  if (kind == family_unspecified) return text;
  append_address(text, header.source);
  append_address(text, header.destination);
  if (kind == family_local) return text;
  append_short(text, header.source.port());
  append_short(text, header.destination.port());
  return text;
}

}  // namespace

ProxyReading read_proxy_header(Bytes seen) {
  std::string_view text = seen.text();
  if (begins_like(text, v1_begin))
    return text.size() < v1_begin.size() ? ProxyReading() : read_v1(text);
  if (begins_like(text, v2_begin)) return read_v2(text);
  return failed("it did not begin with a PROXY header");
}

std::string proxy_header(ProxyVersion version, const ProxyHeader& header) {
  ProxyHeader said = header;
  Family family = common_family(said);
  return version == ProxyVersion::v1 ? v1_line(said, family) : v2_bytes(said, family);
}

}  // namespace bowline
