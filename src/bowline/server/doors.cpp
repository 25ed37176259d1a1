#include "bowline/server/doors.h"

#include "bowline/net/socket_transport.h"
#include "bowline/server/opener.h"

#include <algorithm>

namespace bowline {
namespace {

using Kind = InheritedSocket::Kind;

Handle handle_of(const Door& door) {
  return std::visit([](const auto& open) { return open.handle(); }, door);
}

// systemd's names hold no colon.
bool was_named_here(const std::string& name) {
  return name.find(':') != std::string::npos;
}

std::string place_of(const InheritedSocket& socket) {
  if (socket.kind == Kind::listener) return url_text(stream_scheme(socket.local), socket.local);
  if (socket.kind == Kind::datagrams) return url_text(datagram_scheme(socket.local), socket.local);
  return socket.name.empty() ? "descriptor " + std::to_string(socket.handle) : socket.name;
}

}  // namespace

Task<> Doors::open(Url url, ListenOptions options, PeerLimits limits) {
  std::string name = url.text();
  std::size_t index = co_await find(url);
  if (index == adopted_.size()) {
    Door door = co_await open_door(network_, transport_url(std::move(url)), options, limits);
    doors_.push_back({std::move(door), std::move(name)});
    co_return;
  }
  InheritedSocket socket = std::move(adopted_[index]);
  adopted_.erase(adopted_.begin() + static_cast<std::ptrdiff_t>(index));
  doors_.push_back({take_over(socket, limits), std::move(socket.name)});
}

// The index of the adopted socket for `url`, or how many there are. A name is looked for first: two
// URLs with port 0 differ in nothing else.
Task<std::size_t> Doors::find(Url url) {
  if (adopted_.empty()) co_return 0;
  Kind kind = is_datagram(url) ? Kind::datagrams : Kind::listener;
  auto find_if = [&](auto fits) {
    auto found = std::find_if(adopted_.begin(), adopted_.end(), [&](const InheritedSocket& socket) {
      return socket.kind == kind && fits(socket);
    });
    return static_cast<std::size_t>(found - adopted_.begin());
  };
  std::string name = url.text();
  std::size_t index = find_if([&](const InheritedSocket& socket) { return socket.name == name; });
  if (index < adopted_.size()) co_return index;
  Url transport = Url::parse(transport_url(url)).value();
  std::vector<Address> addresses;
  if (transport.is_unix()) {
    addresses.push_back(transport.unix_address());
  } else if (transport.port.value_or(0) != 0) {
    addresses = co_await network_.resolve(transport.host, *transport.port, true);
  }
  co_return find_if([&](const InheritedSocket& socket) {
    return std::find(addresses.begin(), addresses.end(), socket.local) != addresses.end();
  });
}

Door Doors::take_over(const InheritedSocket& socket, const PeerLimits& limits) {
  if (socket.kind == Kind::listener) return network_.adopt_listener(socket.handle);
  return DatagramPeers(network_.adopt_datagrams(socket.handle), limits);
}

std::vector<std::string> Doors::settle() {
  for (const OpenDoor& open : doors_) {
    if (was_named_here(open.name)) network_.own_file(handle_of(open.door), true);
  }
  std::vector<std::string> places;
  for (const InheritedSocket& socket : adopted_) {
    places.push_back(place_of(socket));
    network_.own_file(socket.handle, was_named_here(socket.name));
    Stream closed = network_.adopt({socket.handle, socket.local});
  }
  adopted_.clear();
  return places;
}

void Doors::give_away() {
  for (const OpenDoor& open : doors_) network_.own_file(handle_of(open.door), false);
}

void Doors::close_listeners() {
  doors_.remove_if(
      [](const OpenDoor& open) { return std::holds_alternative<Listener>(open.door); });
}

std::vector<InheritedSocket> Doors::sockets() const {
  std::vector<InheritedSocket> sockets;
  for (const OpenDoor& open : doors_) {
    Kind kind = std::holds_alternative<Listener>(open.door) ? Kind::listener : Kind::datagrams;
    const Address& local = std::visit(
        [](const auto& door) -> const Address& { return door.local_address(); }, open.door);
    sockets.push_back({handle_of(open.door), kind, local, open.name});
  }
  return sockets;
}

}  // namespace bowline
