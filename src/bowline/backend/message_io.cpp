#include "bowline/backend/message_io.h"

#include "bowline/backend/datagram.h"
#include "bowline/backend/socket_io.h"
#include "bowline/os/address.h"
#include "bowline/os/datagram_options.h"
#include "bowline/os/socket_calls.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bowline {
namespace {

// So many free blocks are kept as a batch and its successor need.
constexpr std::size_t kept_blocks_max = 2 * datagram_batch_max;

bool would_block(int result) {
  return result == -EAGAIN || result == -EWOULDBLOCK;
}

int receive_messages(int fd, mmsghdr* headers, std::size_t count) {
  int result;
  do {
    result = ::recvmmsg(fd, headers, static_cast<unsigned>(count), MSG_DONTWAIT, nullptr);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

int send_messages(int fd, mmsghdr* headers, std::size_t count) {
  int result;
  do {
    result = ::sendmmsg(fd, headers, static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

// recv(2) whose value is the whole size of a datagram, also where it did not fit.
int receive_whole(int fd, MutableBytes room) {
  return os::receive_bytes(fd, room, MSG_DONTWAIT | MSG_TRUNC);
}

}  // namespace

struct MessageIo::Incoming {
  std::array<mmsghdr, datagram_batch_max> headers{};
  std::array<iovec, datagram_batch_max> parts{};
  std::array<sockaddr_storage, datagram_batch_max> names;
  std::array<os::SegmentNote, datagram_batch_max> notes;

  Incoming() {
    for (std::size_t index = 0; index < datagram_batch_max; ++index) {
      msghdr& header = headers[index].msg_hdr;
      header.msg_name = &names[index];
      header.msg_iov = &parts[index];
      header.msg_iovlen = 1;
    }
  }

  // What the last call used is made ready again: in the same order, so that the memory that was
  // given back last, and is still hot, is used first.
  void prepare(std::size_t count, BlockPool& blocks, bool segmented) {
    for (std::size_t index = 0; index < count; ++index) {
      msghdr& header = headers[index].msg_hdr;
      if (!parts[index].iov_base) parts[index] = {blocks.take(), BlockPool::block_size};
      header.msg_namelen = sizeof(sockaddr_storage);
      // Room for notes is lent only where segments are expected: on Unix sockets the kernel would
      // put descriptors there that nobody closes.
      header.msg_control = segmented ? &notes[index] : nullptr;
      header.msg_controllen = segmented ? sizeof notes[index] : 0;
    }
  }
};

struct MessageIo::Leaving {
  std::array<mmsghdr, datagram_batch_max> headers{};
  std::array<iovec, datagram_batch_max> parts{};
  std::array<os::SocketAddress, datagram_batch_max> names;
  std::array<os::SegmentNote, datagram_batch_max> notes;

  void prepare(std::size_t index, const Outgoing& datagram) {
    msghdr& header = headers[index].msg_hdr;
    parts[index] = {const_cast<std::byte*>(datagram.bytes.data()), datagram.bytes.size()};
    header.msg_iov = &parts[index];
    header.msg_iovlen = 1;
    os::SocketAddress& name = names[index];
    name.size = 0;
    if (datagram.to.family() != Family::none) os::store(datagram.to, name);
    header.msg_name = name.size > 0 ? name.get() : nullptr;
    header.msg_namelen = name.size;
    bool cut = datagram.segment_size > 0;
    header.msg_control = cut ? notes[index].write(datagram.segment_size) : nullptr;
    header.msg_controllen = cut ? os::SegmentNote::written_size : 0;
  }
};

MessageIo::MessageIo() : blocks_(kept_blocks_max) {}

MessageIo::~MessageIo() {
  if (!incoming_) return;
  for (iovec& part : incoming_->parts) {
    if (part.iov_base) blocks_.give_back(static_cast<std::byte*>(part.iov_base));
  }
}

bool MessageIo::receive_one(Op& op) {
  std::byte* lent = op.data;
  std::byte* memory = lent ? lent : blocks_.take();
  std::size_t size = lent ? op.size : BlockPool::block_size;
  int result;
  do {
    result = receive_whole(op.handle, {memory, size});
  } while (result == 0 && !op.empty_counts);
  bool too_long = result > 0 && static_cast<std::size_t>(result) > size;
  if (too_long) result = -EMSGSIZE;
  if (!lent && result > 0) {
    op.received(blocks_, memory);
  } else if (!lent) {
    blocks_.give_back(memory);
  }
  return !would_block(result) && answer(op, result);
}

bool MessageIo::receive(Op& op, bool& drained) {
  if (!incoming_) incoming_ = std::make_unique<Incoming>();
  std::size_t wanted = std::min(op.size, datagram_batch_max);
  incoming_->prepare(wanted, blocks_, op.segmented);
  int result = receive_messages(op.handle, incoming_->headers.data(), wanted);
  if (would_block(result)) return false;
  if (result < 0) return answer(op, result);
  auto count = static_cast<std::size_t>(result);
  drained = count < wanted;
  return give(op, count);
}

bool MessageIo::give(Op& op, std::size_t count) {
  for (std::size_t index = 0; index < count; ++index) {
    const mmsghdr& from = incoming_->headers[index];
    Datagram& datagram = op.incoming[index];
    auto* memory =
        static_cast<std::byte*>(std::exchange(incoming_->parts[index].iov_base, nullptr));
    datagram.data = Chunk(blocks_, memory, from.msg_len);
    datagram.address = os::from_system(reinterpret_cast<sockaddr*>(&incoming_->names[index]),
                                       from.msg_hdr.msg_namelen);
    datagram.truncated = (from.msg_hdr.msg_flags & MSG_TRUNC) != 0;
    datagram.segment_size = op.segmented ? os::SegmentNote::read(from.msg_hdr) : std::uint16_t(0);
  }
  return answer(op, static_cast<int>(count));
}

bool MessageIo::send(Op& op) {
  if (!leaving_) leaving_ = std::make_unique<Leaving>();
  while (op.size > 0) {
    std::size_t count = std::min(op.size, datagram_batch_max);
    for (std::size_t index = 0; index < count; ++index) {
      leaving_->prepare(index, op.outgoing[index]);
    }
    int result = send_messages(op.handle, leaving_->headers.data(), count);
    if (would_block(result) && !op.at_once) return false;
    if (result < 0) return answer(op, result);
    sent_datagrams(op, static_cast<std::size_t>(result));
  }
  return answer(op, 0);
}

}  // namespace bowline
