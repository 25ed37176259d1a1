#include "bowline/session/http.h"

#include "bowline/task/wait.h"

namespace bowline {
namespace {

using Kind = HttpServerEvent::Kind;

// How long a client may take to hear the last answer.
constexpr Duration goodbye_time = std::chrono::seconds(2);

}  // namespace

Task<bool> HttpSession::next_request() {
  for (;;) {
    HttpServerEvent event = protocol_.next_event();
    if (event.kind == Kind::request) co_return true;
    if (event.kind != Kind::none && event.kind != Kind::failed) continue;
    Task<> flushing = flush();
    co_await within(options_->head_timeout, std::move(flushing));
    if (protocol_.closing()) break;
    co_await receive();
  }
  // What the client still sends is dropped: closing over it would be a reset, and destroy the
  // answer.
  Result<void> ended = co_await attempt(within(goodbye_time, say_goodbye()));
  co_return false;
}

Task<> HttpSession::flush() {
  std::string output = protocol_.take_output();
  co_await stream_.write_all(output);
}

Task<> HttpSession::receive() {
  Time now = network_.now();
  Time deadline = protocol_.next_deadline(now);
  Duration limit = deadline == never ? forever : deadline - now;
  Result<Chunk> chunk = co_await attempt(within(limit, stream_.read_some()));
  if (!chunk && chunk.error().timed_out() && network_.now() >= deadline) {
    protocol_.on_time(network_.now());
    co_return;
  }
  input_ = std::move(chunk.value());
  if (input_.empty()) {
    protocol_.receive_end();
  } else {
    protocol_.receive(input_);
  }
}

Task<> HttpSession::say_goodbye() {
  co_await stream_.write_end();
  co_await client_left();
}

Task<> HttpSession::client_left() {
  while (Chunk chunk = co_await stream_.read_some()) continue;
}

Task<> HttpSession::begin_response(int status, const HttpFieldList& fields) {
  protocol_.close_after_response();
  protocol_.begin_response(status, fields);
  return flush();
}

Task<> HttpSession::send(Bytes data) {
  protocol_.send(data);
  return flush();
}

Task<> HttpSession::end_response() {
  protocol_.end_response();
  return flush();
}

Task<Stream> HttpSession::upgrade(const HttpFieldList& fields) {
  protocol_.upgrade(fields);
  Task<> flushing = flush();
  co_await within(options_->head_timeout, std::move(flushing));
  std::size_t used = input_.size() - protocol_.rest().size();
  input_.consume(used);
  Stream stream = without_http_drain(std::move(stream_));
  if (!input_.empty()) stream.put_back(std::move(input_));
  co_return stream;
}

}  // namespace bowline
