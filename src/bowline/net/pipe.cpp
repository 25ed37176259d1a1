#include "bowline/net/pipe.h"

#include "bowline/base/check.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bowline {
namespace {

// How much a reader without memory of its own is given at once.
constexpr std::size_t piece_size = 16 * 1024;

// One direction: a writer and a reader that wait for each other.
struct Lane {
  Op* writer = nullptr;
  Op* reader = nullptr;
  bool ended = false;   // the writing end is done
  bool closed = false;  // the reading end is gone
};

struct Ends {
  explicit Ends(Scheduler& with) : scheduler(with) {}
  Scheduler& scheduler;
  Lane lanes[2];
};

class PipeEnd final : public Transport {
 public:
  PipeEnd(std::shared_ptr<Ends> ends, int side) : ends_(std::move(ends)), side_(side) {}
  ~PipeEnd() override;

  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void end_input(std::string_view why) override;
  Address local_address() const override { return Address::unix_unnamed(); }
  Address peer_address() const override { return Address::unix_unnamed(); }
  std::string url() const override { return "pipe:"; }

 private:
  Lane& in() { return ends_->lanes[side_]; }
  Lane& out() { return ends_->lanes[1 - side_]; }
  void answer(Op*& place, int result);
  void give(Op& reader, Op& writer);
  bool read(Op& op);
  bool write(Op& op);

  // Shared by the two ends, which go in any order.
  std::shared_ptr<Ends> ends_;
  int side_;
};

PipeEnd::~PipeEnd() {
  BOWLINE_CHECK(!in().reader && !out().writer);
  in().closed = true;
  out().ended = true;
  answer(in().writer, -EPIPE);
  answer(out().reader, 0);
}

// Ends the wait of the Op in `place`, if there is one.
void PipeEnd::answer(Op*& place, int result) {
  if (!place) return;
  place->result = result;
  ends_->scheduler.ready(*std::exchange(place, nullptr));
}

// Moves what fits from writer to reader.
void PipeEnd::give(Op& reader, Op& writer) {
  Bytes rest = writer.bytes();
  if (reader.data) {
    rest = rest.first(reader.size);
    std::memcpy(reader.data, rest.data(), rest.size());
  } else {
    rest = rest.first(piece_size);
    auto [pool, memory] = Chunk::copy(rest).release();
    reader.received(*pool, memory);
  }
  writer.sent(rest.size());
  reader.result = static_cast<int>(rest.size());
}

bool PipeEnd::read(Op& op) {
  Lane& lane = in();
  BOWLINE_CHECK(!lane.reader);
  if (lane.writer) {
    give(op, *lane.writer);
    if (lane.writer->size == 0) answer(lane.writer, 0);
    return true;
  }
  op.result = 0;
  if (lane.ended) return true;
  lane.reader = &op;
  return false;
}

bool PipeEnd::write(Op& op) {
  Lane& lane = out();
  BOWLINE_CHECK(!lane.writer);
  bool broken = lane.closed || lane.ended;
  op.result = broken ? -EPIPE : 0;
  if (broken) return true;
  if (lane.reader) {
    give(*lane.reader, op);
    ends_->scheduler.ready(*std::exchange(lane.reader, nullptr));
  }
  if (op.size == 0) return true;
  lane.writer = &op;
  return false;
}

bool PipeEnd::submit(Op& op) {
  if (op.kind == Op::Kind::receive) return read(op);
  if (op.kind == Op::Kind::send) return write(op);
  BOWLINE_CHECK(op.kind == Op::Kind::end);
  out().ended = true;
  answer(out().reader, 0);
  op.result = 0;
  return true;
}

void PipeEnd::end_input(std::string_view) {
  in().ended = true;
  answer(in().reader, 0);
}

void PipeEnd::cancel(Op& op) {
  if (in().reader == &op) answer(in().reader, -ECANCELED);
  if (out().writer == &op) answer(out().writer, -ECANCELED);
}

}  // namespace

std::pair<Stream, Stream> make_pipe(Scheduler& scheduler) {
  auto ends = std::make_shared<Ends>(scheduler);
  return {Stream(std::make_unique<PipeEnd>(ends, 0)), Stream(std::make_unique<PipeEnd>(ends, 1))};
}

}  // namespace bowline
