#include "bowline/auth/identity.h"

#include "bowline/net/passing_transport.h"

namespace bowline {
namespace {

// What it adds is a place in the chain of transports.
class IdentifiedTransport final : public PassingTransport {
 public:
  using PassingTransport::PassingTransport;

  Identity identity;
  bool known = false;
};

}  // namespace

const Identity* identity_of(Transport& transport) {
  auto* place = find_transport<IdentifiedTransport>(transport);
  return place && place->known ? &place->identity : nullptr;
}

Stream with_identity(Stream stream) {
  Chunk ahead = stream.take_read_ahead();
  Stream identified(std::make_unique<IdentifiedTransport>(stream.release()));
  identified.put_back(std::move(ahead));
  return identified;
}

void note_identity(Stream& stream, Identity identity) {
  auto* place = find_transport<IdentifiedTransport>(stream.transport());
  BOWLINE_CHECK(place);
  place->identity = std::move(identity);
  place->known = true;
}

}  // namespace bowline
