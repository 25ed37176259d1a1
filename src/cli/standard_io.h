// Standard input and output as ends of a conversation. They wait on the loop, without making the
// descriptors non-blocking: those are shared with whatever else runs in the terminal.
#pragma once

#include "bowline/net/network.h"
#include "cli/conversation.h"

#include <memory>

namespace bowline::cli {

class StandardInput final : public Input {
 public:
  // `handle` stays open as long as the loop lasts.
  explicit StandardInput(Network network, Handle handle = 0);
  // At most 64 KiB. Throws Error when reading fails.
  Task<Bytes> next() override;

 private:
  Network network_;
  Handle handle_;
  std::unique_ptr<std::byte[]> memory_;
};

class StandardOutput final : public Output {
 public:
  explicit StandardOutput(Network network, Handle handle = 1);
  // False when the reader has gone (EPIPE). Throws Error when writing fails otherwise.
  Task<bool> show(Bytes piece) override;

 private:
  int write_some(Bytes bytes);

  Network network_;
  Handle handle_;
  bool is_socket_ = false;
  std::size_t size_max_;  // of one write that can't block once the descriptor is ready
};

}  // namespace bowline::cli
