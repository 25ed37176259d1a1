#include "bowline/net/splice.h"

#include "bowline/backend/splice_pipe.h"
#include "bowline/loop/loop.h"
#include "bowline/net/network.h"

#include <cerrno>

namespace bowline {
namespace {

// Below this a copy costs less than the calls that save it.
constexpr std::size_t piece_size_min = 32 * 1024;

// Until a stream's socket has something to read, or room to write.
class Readiness : public OpAwait<Stream> {
 public:
  Readiness(Stream& stream, bool for_writing) : OpAwait(stream, Op::Kind::poll) {
    op_->for_writing = for_writing;
  }
  void await_resume() {
    if (op_->result >= 0) return;
    Attempted attempted = op_->for_writing ? Attempted::send : Attempted::receive;
    throw door().failure(context(), attempted, op_->result);
  }
};

class LentPipe {
 public:
  explicit LentPipe(SplicePipes& pipes) : pipes_(pipes), pipe_(pipes.take()) {}
  LentPipe(const LentPipe&) = delete;
  ~LentPipe() {
    if (pipe_) pipes_.give_back(std::move(pipe_));
  }
  explicit operator bool() const { return pipe_ != nullptr; }
  SplicePipe* operator->() { return pipe_.get(); }

 private:
  SplicePipes& pipes_;
  std::unique_ptr<SplicePipe> pipe_;
};

// Kinds of sockets that the kernel can't do this with say so at the first try.
bool is_refusal(int result) {
  return result == -EINVAL || result == -EOPNOTSUPP;
}

// One piece, if it is there; its size, or 0 when none can be had or passed on.
Task<std::size_t> splice_piece(SplicePipes& pipes, Stream& from, Stream& to) {
  Handle source = from.transport().handle();
  Handle target = to.transport().handle();
  if (source == no_handle || target == no_handle) co_return 0;
  LentPipe pipe(pipes);
  if (!pipe) co_return 0;
  int came = pipe->fill(source);
  if (came == 0 || came == -EAGAIN || is_refusal(came)) co_return 0;
  if (came < 0) throw from.failure(nullptr, Attempted::receive, came);
  while (pipe->size() > 0) {
    int gone = pipe->drain(target);
    if (gone < 0 && gone != -EAGAIN) co_return 0;  // the next write says why
    if (gone == -EAGAIN) co_await Readiness(to, true);
  }
  auto size = static_cast<std::size_t>(came);
  from.transport().note_spliced(size, 0);
  to.transport().note_spliced(0, size);
  co_return size;
}

}  // namespace

Task<> splice(Stream& from, Stream& to, std::uint64_t& moved) {
  Network network = co_await current_network();
  SplicePipes* pipes = network.loop().backend().pipes();
  if (!pipes) co_return;
  for (;;) {
    std::size_t piece = co_await splice_piece(*pipes, from, to);
    moved += piece;
    if (piece < piece_size_min) co_return;
    co_await Readiness(from, false);  // with no pipe held meanwhile
  }
}

}  // namespace bowline
