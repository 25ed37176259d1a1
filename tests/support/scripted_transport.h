// A transport that gives what a script says, piece by piece, and notes what was written: for trying
// every cut of a text, and answers that come late. Nothing of it waits for a kernel.
#pragma once

#include "bowline/base/check.h"
#include "bowline/net/transport.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>

namespace bowline::testing {

class ScriptedTransport final : public Transport {
 public:
  // Reads give `pieces` in turn, each as much as there is room for, and then `end`: zero or the
  // negative number of an error. With `late` every answer comes through the loop's queue.
  ScriptedTransport(Scheduler& scheduler, std::deque<std::string> pieces, int end = 0,
                    bool late = false)
      : scheduler_(scheduler), pieces_(std::move(pieces)), end_(end), late_(late) {}
  ~ScriptedTransport() override { BOWLINE_CHECK(!waiting_ && !held_); }

  // Once all pieces are given, reads wait until they are cancelled.
  void wait_at_the_end() { waits_ = true; }
  void add(std::string piece) { pieces_.push_back(std::move(piece)); }
  // So many writes wait, and when they are cancelled they have gone all the same.
  void hold_writes(int count) { writes_to_hold_ = count; }

  bool submit(Op& op) override {
    ++submitted;
    if (op.kind == Op::Kind::receive && pieces_.empty() && waits_) {
      waiting_ = &op;
      return false;
    }
    if (op.kind == Op::Kind::send && writes_to_hold_ > 0) {
      --writes_to_hold_;
      held_ = &op;
      return false;
    }
    op.result = perform(op);
    if (late_) scheduler_.ready(op);
    return !late_;
  }
  void cancel(Op& op) override {
    ++cancelled;
    if (held_ == &op) {
      held_ = nullptr;
      op.result = perform(op);
      return scheduler_.ready(op);
    }
    if (waiting_ != &op) return;
    waiting_ = nullptr;
    op.result = -ECANCELED;
    scheduler_.ready(op);
  }

  Address local_address() const override { return Address::unix_unnamed(); }
  Address peer_address() const override { return Address::unix_unnamed(); }
  std::string url() const override { return "script:"; }

  std::string written;
  int write_result = 0;
  int submitted = 0;
  int cancelled = 0;

 private:
  struct Memory final : ChunkPool {
    void give_back(std::byte* memory) override { delete[] memory; }
  };

  int perform(Op& op) {
    if (op.kind == Op::Kind::end) return 0;
    if (op.kind == Op::Kind::send) {
      if (write_result == 0) written.append(reinterpret_cast<const char*>(op.data), op.size);
      return write_result;
    }
    if (pieces_.empty()) return end_;
    std::string& piece = pieces_.front();
    std::size_t size = op.data ? std::min(op.size, piece.size()) : piece.size();
    if (!op.data) op.received(memory_, new std::byte[size]);
    std::memcpy(op.data, piece.data(), size);
    piece.erase(0, size);
    if (piece.empty()) pieces_.pop_front();
    return static_cast<int>(size);
  }

  Scheduler& scheduler_;
  std::deque<std::string> pieces_;
  int end_;
  bool late_;
  bool waits_ = false;
  Op* waiting_ = nullptr;
  int writes_to_hold_ = 0;
  Op* held_ = nullptr;
  Memory memory_;
};

}  // namespace bowline::testing
