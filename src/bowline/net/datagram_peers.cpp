#include "bowline/net/datagram_peers.h"

#include "bowline/base/check.h"
#include "bowline/base/url.h"
#include "bowline/net/backend_op.h"
#include "bowline/net/datagram_hub.h"
#include "bowline/task/wait.h"

namespace bowline {

// The reading of the socket, which the hub ends early when it has something to send that waits.
class DatagramPeers::Pump : public OpAwait<Backend> {
 public:
  explicit Pump(DatagramHub& hub)
      : OpAwait(hub.socket().backend(), Op::Kind::receive_datagrams), hub_(&hub) {
    op_->handle = hub.socket().handle();
    op_->incoming = hub.incoming().data();
    op_->size = hub.incoming().size();
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    bool waits = OpAwait::await_suspend(awaiting);
    if (waits) hub_->pump = op_.get();
    return waits;
  }
  int await_resume() {
    hub_->pump = nullptr;
    return op_->result;
  }

 private:
  DatagramHub* hub_;
};

DatagramPeers::DatagramPeers(Datagrams socket, const PeerLimits& limits)
    : hub_(std::make_shared<DatagramHub>(std::move(socket), limits)) {}
DatagramPeers::DatagramPeers(DatagramPeers&&) noexcept = default;
DatagramPeers& DatagramPeers::operator=(DatagramPeers&&) noexcept = default;

DatagramPeers::~DatagramPeers() {
  if (hub_) hub_->end_all();
}

Handle DatagramPeers::handle() const {
  return hub_->socket().handle();
}

const Address& DatagramPeers::local_address() const {
  return hub_->socket().local_address();
}

std::string DatagramPeers::url() const {
  return hub_->socket().url();
}

const PeerCounts& DatagramPeers::counts() const {
  return hub_->counts;
}

Error DatagramPeers::failure(const Context& context, int result) const {
  std::string action = "receive on " + url();
  if (context.cancelled()) return cancelled_error(context, action);
  Backend& backend = hub_->socket().backend();
  return make_error(-result, action, backend.advice(Attempted::receive, local_address(), -result));
}

Task<Stream> DatagramPeers::accept() {
  DatagramHub& hub = *hub_;
  Context& context = co_await current_context();
  hub.begin(context.scheduler());
  for (;;) {
    if (hub.has_fresh()) co_return hub.take_fresh();
    if (hub.in_turn()) {
      co_await yield();  // those who got something answer first
      hub.end_turn();
    }
    int result = 0;
    if (hub.blocked()) {
      result = co_await BackendOp::poll(hub.socket().backend(), hub.socket().handle(), true);
      hub.unblock();
    } else {
      Pump pump(hub);
      result = co_await pump;
      if (result > 0) hub.deliver(static_cast<std::size_t>(result));
    }
    // What has come is for its peers, whatever else is to end.
    if (result < 0 && (context.cancelled() || result != -ECANCELED)) {
      hub.end_turn();
      throw failure(context, result);
    }
  }
}

}  // namespace bowline
