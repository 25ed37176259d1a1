#include "bowline/net/stream.h"

#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bowline {
namespace {

// Texts are put together here and not in the coroutines: their temporaries, on the stack, would
// keep compilers that instrument the code from handing over by tail calls.
[[noreturn, gnu::noinline]] void throw_error(Errc code, const Stream& stream,
                                             std::string_view advice) {
  throw make_error(make_error_code(code), "read from " + stream.peer_url(), advice);
}

[[noreturn, gnu::noinline]] void throw_too_long(const Stream& stream, std::size_t limit) {
  throw_error(Errc::too_long, stream, fmt::format("the limit is {} bytes", limit));
}

[[noreturn, gnu::noinline]] void throw_ended_early(const Stream& stream, std::size_t done,
                                                   std::size_t size) {
  throw_error(Errc::ended_early, stream, fmt::format("{} of {} bytes came", done, size));
}

}  // namespace

// What was read and not yet asked for. A piece that is whole in one chunk is lent from there; only
// one that came in parts is put together in `parts`, so a waiting stream holds no pooled memory.
struct ReadAhead {
  Chunk chunk;
  Buffer parts{~std::size_t(0)};  // in front of `chunk`; read_piece keeps to the caller's limit
  std::size_t lent = 0;           // bytes at the front that the last piece took
  std::size_t scanned = 0;        // bytes of `parts` where no delimiter begins

  std::size_t size() const { return parts.size() + chunk.size() - lent; }
  Bytes front() const { return parts.empty() ? chunk.bytes() : parts.bytes(); }

  void consume(std::size_t count) {
    scanned = 0;
    if (!parts.empty()) return parts.consume(count);
    chunk.consume(count);
    if (chunk.empty()) chunk = Chunk();
  }
  void take_back_lent() { consume(std::exchange(lent, 0)); }

  // The size of the piece that ends with `delimiter`, or 0.
  std::size_t find(std::string_view delimiter) {
    std::string_view text = front().text();
    std::size_t at = text.find(delimiter, scanned);
    if (at != std::string_view::npos) return at + delimiter.size();
    scanned = text.size() < delimiter.size() ? 0 : text.size() - delimiter.size() + 1;
    return 0;
  }

  // The chunk goes behind the parts, which are then all there is.
  void join() {
    BOWLINE_CHECK(parts.append(chunk));
    chunk = Chunk();
  }

  std::size_t take(MutableBytes into) {
    take_back_lent();
    Bytes taken = front().first(into.size());
    std::memcpy(into.data(), taken.data(), taken.size());
    consume(taken.size());
    return taken.size();
  }

  Chunk take_chunk() {
    take_back_lent();
    if (parts.empty()) return std::move(chunk);
    Chunk copy = Chunk::copy(parts.bytes());
    parts.consume(parts.size());
    return copy;
  }
};

bool ReadSome::await_ready() const {
  return door().has_read_ahead();
}

Result<Chunk> ReadSome::result() {
  if (!context()) return door().take_read_ahead();
  if (op_->result < 0) return door().failure(context(), Attempted::receive, op_->result);
  return received();
}

// Reads past the parts that are here already.
class ReadMore : public ReadSome {
 public:
  using ReadSome::ReadSome;
  bool await_ready() const { return false; }
};

ReadInto::ReadInto(Stream& stream, MutableBytes into, std::vector<Handle>* handles)
    : OpAwait(stream, Op::Kind::receive), into_(into) {
  BOWLINE_CHECK(!into.empty());
  if (!stream.transport_->fills_memory()) return;
  op_->data = into.data();
  op_->size = into.size();
  op_->handles = handles;
}

bool ReadInto::await_ready() const {
  return door().has_read_ahead();
}

Result<std::size_t> ReadInto::result() {
  if (context()) {
    if (op_->result < 0) return door().failure(context(), Attempted::receive, op_->result);
    auto size = static_cast<std::size_t>(op_->result);
    if (!op_->pooled) return size;
    door().put_back(Chunk(*op_->pool, op_->data, size));
  }
  return door().ahead_->take(into_);
}

WriteAll::WriteAll(Stream& stream, Bytes bytes, std::vector<Handle>* handles)
    : OpAwait(stream, Op::Kind::send) {
  op_->data = const_cast<std::byte*>(bytes.data());  // only read
  op_->size = bytes.size();
  op_->handles = handles;
}

Result<void> WriteAll::result() {
  if (context() && op_->result < 0) {
    return door().failure(context(), Attempted::send, op_->result);
  }
  return {};
}

Result<void> WriteEnd::result() {
  if (op_->result < 0) return door().failure(context(), Attempted::send, op_->result);
  return {};
}

Stream::Stream() = default;
Stream::Stream(TransportPointer transport) : transport_(std::move(transport)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Error Stream::failure(const Context* context, Attempted attempted, int result) {
  bool reading = attempted == Attempted::receive;
  std::string action = fmt::format("{} {}", reading ? "read from" : "write to", peer_url());
  if (result == -ECANCELED && context && context->cancelled()) {
    return cancelled_error(*context, action);
  }
  return make_error(-result, action, transport_->advice(attempted, -result));
}

std::size_t Stream::ahead_size() const {
  return ahead_->size();
}

Task<> Stream::read_exactly(MutableBytes into) {
  std::size_t done = 0;
  while (done < into.size()) {
    std::size_t count = co_await read_some(into.subspan(done));
    if (count == 0) throw_ended_early(*this, done, into.size());
    done += count;
  }
}

Task<std::optional<std::string_view>> Stream::read_until(std::string_view delimiter,
                                                         std::size_t limit) {
  return read_piece(delimiter, limit, false);
}

Task<std::optional<std::string_view>> Stream::read_line(std::size_t limit) {
  std::optional<std::string_view> line = co_await read_piece("\n", limit, true);
  if (line && line->ends_with('\n')) line->remove_suffix(1);
  if (line && line->ends_with('\r')) line->remove_suffix(1);
  co_return line;
}

Task<std::optional<std::string_view>> Stream::read_piece(std::string_view delimiter,
                                                         std::size_t limit, bool end_completes) {
  BOWLINE_CHECK(!delimiter.empty());
  if (!ahead_) ahead_ = std::make_unique<ReadAhead>();
  ReadAhead& ahead = *ahead_;
  ahead.take_back_lent();
  for (;;) {
    std::size_t size = ahead.find(delimiter);
    if (size == 0 && !ahead.chunk.empty()) {
      ahead.join();
      size = ahead.find(delimiter);
    }
    // What has come so far can only be whole if the stream ends here.
    std::size_t size_min = size > 0 ? size : ahead.parts.size() + (end_completes ? 0 : 1);
    if (size_min > limit) throw_too_long(*this, limit);
    if (size > 0) {
      ahead.lent = size;
      co_return ahead.front().first(size).text();
    }
    Chunk more = co_await ReadMore(*this);
    if (!more.empty()) {
      ahead.chunk = std::move(more);
      continue;
    }
    if (ahead.parts.empty()) co_return std::nullopt;
    if (!end_completes) {
      throw_error(Errc::ended_early, *this, "the last piece has no delimiter");
    }
    ahead.lent = ahead.parts.size();
    co_return ahead.front().text();
  }
}

void Stream::put_back(Chunk chunk) {
  if (chunk.empty()) return;
  if (!ahead_) ahead_ = std::make_unique<ReadAhead>();
  BOWLINE_CHECK(ahead_->size() == 0);
  ahead_->take_back_lent();
  ahead_->chunk = std::move(chunk);
}

Chunk Stream::take_read_ahead() {
  return has_read_ahead() ? ahead_->take_chunk() : Chunk();
}

TransportPointer Stream::release() {
  BOWLINE_CHECK(!has_read_ahead());
  return std::move(transport_);
}

Credentials Stream::peer_credentials() const {
  Credentials credentials;
  int result = transport_->credentials(credentials);
  if (result < 0) throw make_error(-result, "peer credentials of " + peer_url());
  return credentials;
}

void Stream::set_option(Option option, int value) {
  int result = transport_->set_option(option, value);
  if (result < 0) throw make_error(-result, "set an option of " + peer_url());
}

}  // namespace bowline
