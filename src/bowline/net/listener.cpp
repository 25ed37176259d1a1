#include "bowline/net/listener.h"

#include "bowline/base/url.h"
#include "bowline/net/socket_transport.h"
#include "bowline/task/wait.h"

namespace bowline {

AcceptHandle::AcceptHandle(Backend& backend, Handle listener, const Address& local)
    : OpAwait(backend, Op::Kind::accept), local_(&local) {
  op_->handle = listener;
}

Result<Accepted> AcceptHandle::result() {
  if (op_->result >= 0) return Accepted{op_->result, std::move(peer_)};
  std::string action = "accept on " + url_text(stream_scheme(*local_), *local_);
  if (op_->result == -ECANCELED) return cancelled_error(*context(), action);
  std::string advice = door().advice(Attempted::accept, *local_, -op_->result);
  return make_error(-op_->result, action, advice);
}

Result<Stream> Accept::result() {
  Result<Accepted> accepted = AcceptHandle::result();
  if (!accepted) return accepted.error();
  return Stream(std::make_unique<SocketTransport>(door(), accepted->handle, accepted->peer));
}

Listener::Listener(Backend& backend, Handle handle, const Address& local)
    : backend_(&backend), handle_(handle), local_(local) {}

Listener::Listener(Listener&& other) noexcept
    : backend_(other.backend_),
      handle_(std::exchange(other.handle_, no_handle)),
      local_(std::move(other.local_)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(backend_, other.backend_);
  std::swap(handle_, other.handle_);
  std::swap(local_, other.local_);
  return *this;
}

// Another process may have the socket as well, and what comes to it is then not for this one: epoll
// forgets what it is told to, not what is closed here only.
Listener::~Listener() {
  if (handle_ == no_handle) return;
  backend_->release(handle_);
  backend_->close(handle_);
}

std::string Listener::url() const {
  return url_text(stream_scheme(local_), local_);
}

}  // namespace bowline
