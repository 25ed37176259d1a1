// The awaiting of one Op on the loop's own backend, for what is no stream: connecting, looking
// names up, waiting until a handle is ready. It gives the Op's result, cancelled or not; who awaits
// it tells what that means.
#pragma once

#include "bowline/net/transport.h"

namespace bowline {

class BackendOp : public OpAwait<Backend> {
 public:
  static BackendOp connect(Backend& backend, Handle handle, Address& address) {
    BackendOp made(backend, Op::Kind::connect, handle);
    made.op_->address = &address;
    return made;
  }
  static BackendOp poll(Backend& backend, Handle handle, bool for_writing) {
    BackendOp made(backend, Op::Kind::poll, handle);
    made.op_->for_writing = for_writing;
    return made;
  }
  static BackendOp resolve(Backend& backend, NameQuery& names) {
    BackendOp made(backend, Op::Kind::resolve, no_handle);
    made.op_->names = &names;
    return made;
  }

  int await_resume() { return op_->result; }

 private:
  BackendOp(Backend& backend, Op::Kind kind, Handle handle) : OpAwait(backend, kind) {
    op_->handle = handle;
  }
};

}  // namespace bowline
