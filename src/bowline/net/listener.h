// A Listener is a socket that others connect to: a Stream for each, in the order they came.
#pragma once

#include "bowline/net/stream.h"

namespace bowline {

// A connection that no loop has yet: for handing it to another thread's.
struct Accepted {
  Handle handle = no_handle;
  Address peer;
};

class AcceptHandle : public OpAwait<Backend> {
 public:
  AcceptHandle(Backend& backend, Handle listener, const Address& local);
  // The address goes here, wherever the awaiting ends up in memory.
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    op_->address = &peer_;
    return OpAwait::await_suspend(awaiting);
  }
  Accepted await_resume() { return result().value(); }
  Result<Accepted> result();

 protected:
  const Address* local_;
  Address peer_;
};

class Accept : public AcceptHandle {
 public:
  using AcceptHandle::AcceptHandle;
  Stream await_resume() { return result().value(); }
  Result<Stream> result();
};

class Listener {
 public:
  // Owns `handle`, which listens at `local`.
  Listener(Backend& backend, Handle handle, const Address& local);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();  // stops listening; the file of a Unix socket goes

  // The next connection. Errors of one connection that went away meanwhile are skipped; out of
  // descriptors or memory is an Error, and accepting may be tried again later (accept(2)).
  Accept accept() { return Accept(*backend_, handle_, local_); }
  // The same without a Stream around it; it belongs to the caller, for adopt().
  AcceptHandle accept_handle() { return AcceptHandle(*backend_, handle_, local_); }

  Handle handle() const { return handle_; }
  const Address& local_address() const { return local_; }
  // "tcp://127.0.0.1:8000", with the port that was chosen.
  std::string url() const;

 private:
  Backend* backend_;
  Handle handle_;
  Address local_;
};

}  // namespace bowline
