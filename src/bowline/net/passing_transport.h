// A Transport that passes everything on to the one beneath: for what only wants a place in between,
// or has its say in one thing.
#pragma once

#include "bowline/net/transport.h"

namespace bowline {

class PassingTransport : public Transport {
 public:
  explicit PassingTransport(TransportPointer below) : below_(std::move(below)) {}

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

 protected:
  // Gives up what is beneath, before this goes.
  TransportPointer release_below() { return std::move(below_); }

 private:
  TransportPointer below_;
};

}  // namespace bowline
