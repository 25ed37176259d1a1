#include "bowline/backend/splice_pipe.h"

#include "bowline/os/splice.h"

namespace bowline {

std::unique_ptr<SplicePipe> SplicePipe::make(bool sockets_block) {
  auto pipe = std::make_unique<SplicePipe>();
  pipe->sockets_block_ = sockets_block;
  if (os::open_pipe(pipe->reading_, pipe->writing_) < 0) return nullptr;
  return pipe;
}

int SplicePipe::fill(int socket) {
  int result = os::splice_from(socket, writing_.get(), fill_size_max, sockets_block_);
  if (result > 0) size_ += static_cast<std::size_t>(result);
  return result;
}

int SplicePipe::drain(int socket) {
  int result = os::splice_to(reading_.get(), socket, size_, sockets_block_);
  if (result > 0) size_ -= static_cast<std::size_t>(result);
  return result;
}

std::unique_ptr<SplicePipe> SplicePipes::take() {
  if (kept_.empty()) return SplicePipe::make(sockets_block_);
  std::unique_ptr<SplicePipe> pipe = std::move(kept_.back());
  kept_.pop_back();
  return pipe;
}

void SplicePipes::give_back(std::unique_ptr<SplicePipe> pipe) {
  if (pipe->size() == 0 && kept_.size() < kept_max) kept_.push_back(std::move(pipe));
}

}  // namespace bowline
