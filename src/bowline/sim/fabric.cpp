#include "bowline/sim/fabric.h"

#include "bowline/base/address.h"
#include "bowline/sim/sim_backend.h"

#include <algorithm>

namespace bowline::sim {

SimBackend* Fabric::system_at(const Address& address) const {
  Address bare = address.with_port(0);
  for (SimBackend* system : systems) {
    const std::vector<Address>& own = system->addresses();
    if (std::find(own.begin(), own.end(), bare) != own.end()) return system;
  }
  return nullptr;
}

std::vector<Address> Fabric::addresses_of(std::string_view name, std::uint16_t port) const {
  std::vector<Address> found;
  for (SimBackend* system : systems) {
    const std::vector<std::string>& names = system->names();
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    for (const Address& address : system->addresses()) found.push_back(address.with_port(port));
  }
  return found;
}

}  // namespace bowline::sim
