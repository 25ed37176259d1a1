#include "bowline/session/framing.h"

#include "bowline/net/layer.h"
#include "bowline/net/shared_chunk.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace bowline {
namespace {

// What both kinds of framing share: a message that is whole in what came is lent from there, one
// that came in parts is put together.
class FramingLayer : public Layer {
 public:
  FramingLayer(TransportPointer below, Scheduler& scheduler, std::size_t size_max)
      : Layer(std::move(below), scheduler), size_max_(size_max) {}
  ~FramingLayer() override { let_input_go(); }

  // What was read before the framing began.
  void begin_with(Chunk ahead) {
    if (ahead) receive(std::move(ahead));
  }

  std::string url() const override { return below().url(); }
  std::string advice(Attempted attempted, int error_number) const override {
    if (error_number == EMSGSIZE) return fmt::format("the limit is {} bytes", size_max_);
    if (error_number == EINVAL) return "a message that is sent as a line holds no line end";
    if (error_number == EPROTO) return "it ended inside a message";
    return Layer::advice(attempted, error_number);
  }

 protected:
  // Takes the next message off the input and gives it; false when it is not whole.
  virtual bool next(Op& op) = 0;
  // What is left at the end of the stream.
  virtual void finish_at_end(Op& op) = 0;

  // `message` lies in the input or in `parts_`. False for an empty one that is passed over.
  bool give(Op& op, MutableBytes message, MessageKind kind) {
    if (message.size() > size_max_) return refuse(op);
    op.result = static_cast<int>(message.size());
    op.message = kind;
    if (message.empty()) {
      parts_.release();
      return op.empty_counts;
    }
    if (input_->has(message.data())) {
      input_->hold();
      op.received(*input_, message.data());
      return true;
    }
    auto [pool, memory] = Chunk::copy(message).release();
    op.received(*pool, memory);
    parts_.release();
    return true;
  }
  bool refuse(Op& op) {
    broken_ = true;
    op.result = -EMSGSIZE;
    return true;
  }
  // The first `count` bytes of the input, or what there is of them, go behind the parts.
  void keep(std::size_t count) {
    Bytes part = Bytes(rest_).first(count);
    parts_.append(part);
    rest_ = rest_.subspan(part.size());
  }
  bool may_write(Op& op) const {
    op.result = op.size > size_max_ ? -EMSGSIZE : 0;
    return op.result == 0;
  }

  std::size_t size_max_;
  MutableBytes rest_;   // of the input
  BytesBuilder parts_;  // of a message whose end has not come
  BytesBuilder output_;

 private:
  void receive(Chunk chunk) final {
    input_ = SharedChunk::make(std::move(chunk));
    rest_ = input_->bytes();
  }
  void receive_end() final { ended_ = true; }
  bool has_input() const final { return !rest_.empty(); }
  bool read(Op& op) final {
    op.result = 0;
    op.message = MessageKind::none;
    while (!broken_ && input_) {
      std::size_t left = rest_.size();
      if (next(op)) return true;
      if (rest_.size() == left || rest_.empty()) let_input_go();
    }
    if (broken_) return refuse(op);
    if (ended_) finish_at_end(op);
    return ended_;
  }
  void write_end() final {}
  BytesBuilder& output() final { return output_; }
  void let_input_go() {
    rest_ = {};
    if (input_) std::exchange(input_, nullptr)->give_back(nullptr);
  }

  SharedChunk* input_ = nullptr;
  bool ended_ = false;
  bool broken_ = false;
};

class LineLayer final : public FramingLayer {
 public:
  using FramingLayer::FramingLayer;

 private:
  bool next(Op& op) override {
    if (rest_.empty()) return false;
    void* found = std::memchr(rest_.data(), '\n', rest_.size());
    if (!found) {
      keep(rest_.size());
      return parts_.size() > size_max_ + 1 && refuse(op);  // "\r" may be the last
    }
    auto size = static_cast<std::size_t>(static_cast<std::byte*>(found) - rest_.data());
    MutableBytes line = rest_.first(size);
    if (!parts_.empty()) {
      parts_.append(line);
      line = {parts_.data(), parts_.size()};
    }
    rest_ = rest_.subspan(size + 1);
    return give_line(op, line);
  }
  bool give_line(Op& op, MutableBytes line) {
    if (!line.empty() && line.back() == std::byte{'\r'}) line = line.first(line.size() - 1);
    return give(op, line, MessageKind::text);
  }
  void finish_at_end(Op& op) override {
    if (parts_.empty()) return;
    if (parts_.size() > size_max_) {
      refuse(op);
      return;
    }
    op.result = static_cast<int>(parts_.size());
    op.message = MessageKind::text;
    auto [pool, memory] = Chunk::of(std::move(parts_)).release();
    op.received(*pool, memory);
  }
  bool write(Op& op) override {
    if (!may_write(op)) return true;
    if (op.size > 0 && std::memchr(op.data, '\n', op.size)) {
      op.result = -EINVAL;
      return true;
    }
    output_.append(op.bytes());
    output_.append(std::string_view("\n"));
    op.sent(op.size);
    return true;
  }
};

class LengthLayer final : public FramingLayer {
 public:
  using FramingLayer::FramingLayer;

 private:
  static constexpr std::size_t header_size = 4;

  static std::size_t size_of(const std::byte* header) {
    std::size_t size = 0;
    for (std::size_t at = 0; at < header_size; ++at) {
      size = size << 8 | std::to_integer<std::size_t>(header[at]);
    }
    return size;
  }

  bool next(Op& op) override {
    if (parts_.empty() && rest_.size() >= header_size) {
      std::size_t size = size_of(rest_.data());
      if (size > size_max_) return refuse(op);
      if (rest_.size() - header_size >= size) {
        MutableBytes message = rest_.subspan(header_size, size);
        rest_ = rest_.subspan(header_size + size);
        return give(op, message, MessageKind::binary);
      }
    }
    if (parts_.size() < header_size) keep(header_size - parts_.size());
    if (parts_.size() < header_size) return false;
    std::size_t size = size_of(parts_.data());
    if (size > size_max_) return refuse(op);
    keep(header_size + size - parts_.size());
    if (parts_.size() < header_size + size) return false;
    return give(op, {parts_.data() + header_size, size}, MessageKind::binary);
  }
  void finish_at_end(Op& op) override {
    if (!parts_.empty()) op.result = -EPROTO;
  }
  bool write(Op& op) override {
    if (!may_write(op)) return true;
    std::byte* header = output_.extend(header_size);
    for (int at = 0, shift = 24; shift >= 0; ++at, shift -= 8) {
      header[at] = static_cast<std::byte>(op.size >> shift);
    }
    output_.append(op.bytes());
    op.sent(op.size);
    return true;
  }
};

template <class Framing>
Stream framed(Network network, Stream stream, std::size_t size_max) {
  Chunk ahead = stream.take_read_ahead();
  auto layer = std::make_unique<Framing>(stream.release(), network.scheduler(), size_max);
  layer->begin_with(std::move(ahead));
  return Stream(std::move(layer));
}

}  // namespace

Stream frame_lines(Network network, Stream stream, std::size_t size_max) {
  return framed<LineLayer>(network, std::move(stream), size_max);
}

Stream frame_lengths(Network network, Stream stream, std::size_t size_max) {
  return framed<LengthLayer>(network, std::move(stream), size_max);
}

Stream frame_messages(Network network, Stream stream, const Framing& framing) {
  auto size_max = [&framing](std::size_t usual) {
    return framing.size_max != 0 ? framing.size_max : usual;
  };
  switch (framing.kind) {
    case Framing::Kind::raw:
      break;
    case Framing::Kind::line:
      return frame_lines(network, std::move(stream), size_max(framed_line_size_max));
    case Framing::Kind::length:
      return frame_lengths(network, std::move(stream), size_max(framed_message_size_max));
  }
  return stream;
}

}  // namespace bowline
