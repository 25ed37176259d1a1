// The awaiting of one Op on the loop's own backend, for what is no stream: connecting, looking
// names up, waiting until a handle is ready. It gives the Op's result, cancelled or not; who awaits
// it tells what that means.
#pragma once

#include "bowline/net/transport.h"

namespace bowline {

class BackendOp : public OpAwait<Backend> {
 public:
  BackendOp(Backend& backend, Op::Kind kind, Handle handle) : OpAwait(backend, kind) {
    op_.handle = handle;
  }
  BackendOp& to(Address& address) {
    op_.address = &address;
    return *this;
  }
  BackendOp& about(NameQuery& names) {
    op_.names = &names;
    return *this;
  }
  BackendOp& for_writing(bool writing) {
    op_.for_writing = writing;
    return *this;
  }
  int await_resume() {
    context_->end_wait();
    return op_.result;
  }
};

}  // namespace bowline
