#include "bowline/auth/identity.h"

namespace bowline {
namespace {

// Passes everything on; what it adds is a place in the chain of transports.
class IdentifiedTransport final : public Transport {
 public:
  explicit IdentifiedTransport(TransportPointer below) : below_(std::move(below)) {}

  bool submit(Op& op) override { return below_->submit(op); }
  void cancel(Op& op) override { below_->cancel(op); }
  bool finish(Op& op) override { return below_->finish(op); }
  bool has_message() override { return below_->has_message(); }
  Chunk take_message(MessageKind& kind) override { return below_->take_message(kind); }
  bool put_message(Bytes bytes, MessageKind kind) override {
    return below_->put_message(bytes, kind);
  }
  bool fills_memory() const override { return below_->fills_memory(); }
  Address local_address() const override { return below_->local_address(); }
  Address peer_address() const override { return below_->peer_address(); }
  int credentials(Credentials& credentials) const override {
    return below_->credentials(credentials);
  }
  int set_option(Option option, int value) override { return below_->set_option(option, value); }
  Handle handle() const override { return below_->handle(); }
  Transport* beneath() override { return below_.get(); }
  std::string url() const override { return below_->url(); }
  std::string advice(Attempted attempted, int error_number) const override {
    return below_->advice(attempted, error_number);
  }

  Identity identity;
  bool known = false;

 private:
  TransportPointer below_;
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
