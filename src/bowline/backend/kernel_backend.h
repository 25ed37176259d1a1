// What every backend on the Linux kernel shares: sockets and their options, the wake-up from other
// threads, and name lookups, which run on threads of their own since getaddrinfo(3) can only block.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/backend/block_pool.h"
#include "bowline/backend/message_io.h"
#include "bowline/backend/resolver.h"
#include "bowline/backend/splice_pipe.h"
#include "bowline/base/list.h"
#include "bowline/os/file_descriptor.h"

#include <map>

namespace bowline {

class KernelBackend : public Backend {
 public:
  // `socket_flags` are for the sockets that it opens to connect: SOCK_NONBLOCK or none.
  explicit KernelBackend(int socket_flags);
  ~KernelBackend() override;

  void wake() override;
  Time now() override;
  void fill_random(MutableBytes bytes) override;
  int open(Family family) override;
  int listen(Address& address, const ListenOptions& options) override;
  int open_datagrams(Address& local, const Address& peer, const DatagramOptions& options) override;
  int change_group(Handle handle, const Address& group, unsigned interface, bool join) override;
  std::size_t segments_max(Handle handle) override;
  void own_file(Handle handle, bool owned) override;
  int end_input(Handle handle) override;
  void close(Handle handle) override;
  int set_option(Handle handle, Option option, int value) override;
  int local_address(Handle handle, Address& address) override;
  int peer_address(Handle handle, Address& address) override;
  int credentials(Handle handle, Credentials& credentials) override;
  int queued(Handle handle) override;
  SplicePipes* pipes() override { return &pipes_; }
  int open_signals(std::initializer_list<int> signals) override;
  int read_signal(Handle handle) override;
  std::string advice(Attempted attempted, const Address& address, int error_number) override;

 protected:
  // The descriptor that turns readable after wake(), and what to do then.
  Handle wake_handle() const { return wake_handle_.get(); }
  void woken(Queue<Waiter>& answered);
  Resolver& resolver() { return resolver_; }
  // Has an Op whose turn is next, and what goes on with it, fetched into the cache while another is
  // seen to: of many connections nothing is in there.
  static void fetch(const Op* op) {
    __builtin_prefetch(op);
    __builtin_prefetch(op + 1);
  }
  // Drops all that is known of `handle`, which is about to be closed.
  virtual void forget(Handle handle) = 0;

  BlockPool blocks_;
  MessageIo messages_;

 private:
  int socket_flags_;
  SplicePipes pipes_;
  os::FileDescriptor wake_handle_;  // outlives the resolver, whose threads ring it
  Resolver resolver_;
  std::map<Handle, std::string> socket_files_;  // to be removed when their listener closes
};

}  // namespace bowline
