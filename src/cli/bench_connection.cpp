#include "cli/bench_connection.h"

#include "bowline/os/clock.h"
#include "bowline/session/websocket.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <algorithm>

namespace bowline::cli {
namespace {

// Messages that are sent together: as many as fit in here, one at least.
constexpr std::size_t batch_size_max = 64 * 1024;

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

BenchConnection::BenchConnection(Stream stream, const BenchPlan& plan, BenchTally& tally,
                                 std::uint64_t number, std::uint64_t share)
    : stream_(std::move(stream)),
      plan_(plan),
      tally_(tally),
      pattern_(number),
      number_(number),
      share_(share),
      begun_(plan.depth) {}

Task<> BenchConnection::run() {
  last_activity_ = os::now();
  co_await with_scope(run_both, this);
}

Task<> BenchConnection::run_both(Scope& scope, BenchConnection* connection) {
  scope.start(connection->send(scope));
  bool datagrams = connection->plan_.datagrams;
  Task<> receiving = datagrams ? connection->receive_datagrams() : connection->receive();
  Result<void> received = co_await attempt(std::move(receiving));
  // Cancelled is how it ends when all answers were there before the sender knew it was over.
  if (!received && !(connection->is_over() && received.error().cancelled())) received.value();
}

Task<> BenchConnection::send(Scope& scope) {
  Context& context = co_await current_context();
  for (bool last = false; !last && !context.cancelled();) {
    Time now = os::now();
    bool ended = now >= plan_.end;
    if ((ended && !plan_.paced) || sent_ == due_by(never)) break;
    // What was due just before the end still goes, as far as it can go at once.
    last = ended;
    std::size_t count = sendable(now);
    if (count == 0) {
      if (ended) break;
      sendable_.close();
      Result<void> passed = co_await attempt(sendable_.passed());
      continue;
    }
    MutableBytes batch = next_batch(count, now);
    co_await stream_.write_all(batch);
  }
  sending_over_ = true;
  if (is_over()) scope.cancel();
}

// How many messages are due by `time`: what is due at the plan's end is not any more.
std::uint64_t BenchConnection::due_by(Time time) const {
  if (!plan_.paced) return share_;
  time = std::min(time, plan_.end - Duration(1));
  if (time < first_due_) return 0;
  return std::min(share_, std::uint64_t((time - first_due_) / period_) + 1);
}

std::size_t BenchConnection::sendable(Time now) {
  std::uint64_t free = plan_.depth - (sent_ - received_);
  std::uint64_t count = std::min(free, due_by(now) - sent_);
  std::size_t together = plan_.datagrams || plan_.websocket ? 1 : batch_size_max / plan_.size;
  count = std::min<std::uint64_t>(count, std::max<std::size_t>(1, together));
  if (count > 0 && !plan_.datagrams && sent_ == received_) last_activity_ = now;
  return std::size_t(count);
}

// The next `count` messages, which from here on are under way.
MutableBytes BenchConnection::next_batch(std::size_t count, Time now) {
  if (batch_.size() < count * plan_.size) batch_.resize(count * plan_.size);
  MutableBytes batch = MutableBytes(batch_).first(count * plan_.size);
  for (std::size_t index = 0; index < count; ++index) {
    pattern_.fill(sent_, 0, batch.subspan(index * plan_.size, plan_.size));
    begun_[sent_ % plan_.depth] = plan_.paced ? due(sent_) : now;
    ++sent_;
  }
  return batch;
}

Task<> BenchConnection::receive() {
  while (!is_over()) {
    Chunk chunk = co_await stream_.read_some();
    if (chunk.empty()) {
      throw failure(make_error_code(Errc::ended_early),
                    fmt::format("closed by the peer{}: {}", reason_to_close(), awaited()));
    }
    take(chunk);
    sendable_.open();
  }
}

Task<> BenchConnection::receive_datagrams() {
  while (!is_over()) {
    Result<Chunk> chunk = co_await attempt(within(lost_after, stream_.read_some()));
    if (chunk) {
      take_datagram(*chunk);
    } else if (chunk.error().code() != std::make_error_code(std::errc::timed_out)) {
      throw chunk.error();
    }
    give_up(os::now());
    sendable_.open();
  }
}

// An answer to a later message than the next means that those between are lost, or come late: what
// comes for one that was given up is passed over.
void BenchConnection::take_datagram(Bytes bytes) {
  constexpr std::uint64_t late_max = 1024;
  last_activity_ = os::now();
  for (std::uint64_t message = received_; message < sent_; ++message) {
    if (!take_if_message(message, bytes)) continue;
    tally_.lost += message - received_;
    received_ = message;
    return finish_message(last_activity_);
  }
  std::uint64_t earliest = received_ - std::min(received_, late_max);
  for (std::uint64_t message = received_; message > earliest; --message) {
    if (take_if_message(message - 1, bytes)) return;
  }
  throw failure(
      std::make_error_code(std::errc::bad_message),
      fmt::format("{} came as no message was sent", counted(bytes.size(), "byte", "bytes")));
}

bool BenchConnection::take_if_message(std::uint64_t message, Bytes bytes) {
  return bytes.size() == plan_.size && pattern_.matching(message, 0, bytes) == bytes.size();
}

void BenchConnection::give_up(Time now) {
  while (received_ < sent_ && now - begun_[received_ % plan_.depth] >= lost_after) {
    ++received_;
    ++tally_.lost;
  }
}

void BenchConnection::take(Bytes bytes) {
  last_activity_ = os::now();
  while (!bytes.empty()) {
    if (received_ == sent_) {
      throw failure(std::make_error_code(std::errc::bad_message),
                    fmt::format("{} came that no message was sent for",
                                counted(bytes.size(), "byte", "bytes")));
    }
    Bytes part = bytes.first(plan_.size - offset_);
    std::size_t matching = pattern_.matching(received_, offset_, part);
    if (matching < part.size()) {
      std::size_t place = offset_ + matching;
      throw failure(
          std::make_error_code(std::errc::bad_message),
          fmt::format("message {}: byte {} of {} came back as 0x{:02x}, and was sent as "
                      "0x{:02x} (byte {} of the stream)",
                      received_ + 1, place + 1, plan_.size, int(part[matching]),
                      int(pattern_.at(received_, place)), received_ * plan_.size + place + 1));
    }
    offset_ += part.size();
    bytes = bytes.after(part.size());
    if (offset_ == plan_.size) finish_message(last_activity_);
  }
}

void BenchConnection::finish_message(Time now) {
  Time begun = begun_[received_ % plan_.depth];
  offset_ = 0;
  ++received_;
  tally_.last_answer = now;
  tally_.answers.store(tally_.answers.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  if (now < plan_.measured_from) return;
  // Answers that come after the end count too: leaving out the slow ones would flatter the peer.
  tally_.latency.record(std::uint64_t((now - begun).count()));
  if (now < plan_.end) ++tally_.messages;
}

void BenchConnection::set_pace(Time first_due, Duration period) {
  first_due_ = first_due;
  period_ = period;
}

void BenchConnection::check_silence(Time now, Duration limit) const {
  if (sent_ == received_ || now - last_activity_ < limit) return;
  double seconds = std::chrono::duration<double>(limit).count();
  throw failure(std::make_error_code(std::errc::timed_out),
                fmt::format("nothing came for {} s: {}", seconds, awaited()));
}

Error BenchConnection::failure(std::error_code code, const std::string& what) const {
  return Error(code, fmt::format("{}: connection {}: {}", stream_.peer_url(), number_, what));
}

std::string BenchConnection::awaited() const {
  return counted(sent_ - received_, "answer was awaited", "answers were awaited");
}

// " with 1009: the message is too large", where the protocol has such.
std::string BenchConnection::reason_to_close() {
  if (!plan_.websocket) return {};
  WebSocket socket(std::move(stream_));
  std::string text;
  if (socket.close_code() != 0) text = fmt::format(" with {}", socket.close_code());
  if (!socket.close_reason().empty()) text += ": " + socket.close_reason();
  stream_ = std::move(socket.stream());
  return text;
}

}  // namespace bowline::cli
