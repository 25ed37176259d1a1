#include "bowline/proto/http_server.h"

#include "bowline/base/check.h"
#include "bowline/base/text.h"

#include <utility>

namespace bowline {
namespace {

using Kind = HttpServerEvent::Kind;

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

void HttpServerProtocol::receive(Bytes bytes) {
  if (closing() || bytes.empty()) return;
  BOWLINE_CHECK(wants_input());
  // The first byte of a head ends the wait for it and begins another.
  if (state_ == State::head && input_.empty()) wait_begin_.reset();
  input_.receive(bytes);
}

bool HttpServerProtocol::wants_input() const {
  return (state_ == State::head || state_ == State::body) && !ended_;
}

HttpServerEvent HttpServerProtocol::next_event() {
  HttpServerEvent event;
  request_ = {};
  switch (state_) {
    case State::head:
      event = read_head();
      break;
    case State::body:
      event = read_body();
      break;
    case State::failed:
      if (!std::exchange(failure_told_, true)) event.kind = Kind::failed;
      break;
    case State::closed:
      input_.clear();
      break;
    case State::read:
    case State::upgraded:
      break;
  }
  if (event.kind == Kind::none) input_.keep();
  return event;
}

HttpServerEvent HttpServerProtocol::read_head() {
  std::string_view seen = input_.bytes().text();
  HttpHeadReader::State result = head_.read(seen);
  if (result == HttpHeadReader::State::failed) return fail(head_.failure());
  if (result != HttpHeadReader::State::done) {
    if (!ended_) return {};
    if (!seen.empty() && seen != "\r\n") return fail({400, "the connection ended within a head"});
    enter(State::closed);
    return {};
  }
  HttpFailure failure = read_request(head_.start_line(), head_.fields(), request_);
  if (failure) return fail(failure);
  keep_alive_ = request_.keep_alive && !is_last_;
  to_head_ = request_.method == "HEAD";
  minor_version_ = request_.minor_version;
  continue_wanted_ = request_.expects_continue;
  body_.begin(request_.framing);
  if (body_.failure()) return fail(body_.failure());
  input_.consume(head_.size());
  enter(State::body);
  return {Kind::request, {}};
}

HttpServerEvent HttpServerProtocol::read_body() {
  if (continue_wanted_ && answer_ == Answer::none) {
    continue_wanted_ = false;
    append_status_line(output_, 100);
    output_ += "\r\n";
  }
  Bytes input = input_.bytes();
  std::size_t size = input.size();
  HttpServerEvent event;
  HttpBodyReader::Step step = body_.next(input, event.data);
  input_.consume(size - input.size());
  switch (step) {
    case HttpBodyReader::Step::data:
      event.kind = Kind::data;
      break;
    case HttpBodyReader::Step::end:
      event.kind = Kind::end;
      enter(State::read);
      if (answer_ == Answer::done) next_request();
      break;
    case HttpBodyReader::Step::failed:
      return fail(body_.failure());
    case HttpBodyReader::Step::more:
      if (ended_) return fail({400, "the connection ended within a body"});
      break;
  }
  return event;
}

// An answer that has begun can't be taken back: then the end of the connection tells it.
HttpServerEvent HttpServerProtocol::fail(const HttpFailure& failure) {
  failure_ = failure;
  keep_alive_ = false;
  enter(State::failed);
  failure_told_ = true;
  if (answer_ == Answer::none) {
    write_response(failure.status, {{"Content-Type", "text/plain; charset=utf-8"}},
                   std::string(failure.why) + "\n");
  }
  request_ = {};
  input_.clear();
  return {Kind::failed, {}};
}

void HttpServerProtocol::enter(State state) {
  state_ = state;
  wait_begin_.reset();
}

void HttpServerProtocol::next_request() {
  if (!keep_alive_) return enter(State::closed);
  first_ = false;
  head_.reset();
  answer_ = Answer::none;
  to_head_ = false;
  enter(State::head);
}

void HttpServerProtocol::begin_head(int status, const HttpFieldList& fields) {
  BOWLINE_CHECK(answer_ == Answer::none && state_ != State::head);
  append_status_line(output_, status);
  for (const HttpField& field : fields) {
    BOWLINE_CHECK(!equals_ignoring_case(field.name, "content-length") &&
                  !equals_ignoring_case(field.name, "transfer-encoding"));
    append_field(output_, field.name, field.value);
  }
}

void HttpServerProtocol::respond(int status, const HttpFieldList& fields, Bytes body) {
  if (closing()) return;
  BOWLINE_CHECK(status >= 200);
  write_response(status, fields, body);
}

void HttpServerProtocol::write_response(int status, const HttpFieldList& fields, Bytes body) {
  begin_head(status, fields);
  bool sends_body = has_body(status) && !to_head_;
  if (has_body(status)) append_field(output_, "Content-Length", std::to_string(body.size()));
  // Who waits for "100 Continue" may send the body after all, or not: no telling where it ends.
  if (continue_wanted_) keep_alive_ = false;
  if (!keep_alive_) {
    append_field(output_, "Connection", "close");
  } else if (minor_version_ == 0) {
    append_field(output_, "Connection", "keep-alive");
  }
  output_ += "\r\n";
  if (sends_body) output_ += body.text();
  end_answer();
}

void HttpServerProtocol::begin_response(int status, const HttpFieldList& fields) {
  if (closing()) return;
  BOWLINE_CHECK(has_body(status));
  begin_head(status, fields);
  bool chunked = minor_version_ > 0;
  if (!chunked || continue_wanted_) keep_alive_ = false;
  if (chunked) append_field(output_, "Transfer-Encoding", "chunked");
  if (!keep_alive_) append_field(output_, "Connection", "close");
  output_ += "\r\n";
  answer_ = chunked ? Answer::chunked : Answer::until_end;
  if (to_head_) answer_ = Answer::no_body;
}

void HttpServerProtocol::send(Bytes data) {
  if (closing()) return;
  BOWLINE_CHECK(answer_ != Answer::none && answer_ != Answer::done);
  if (answer_ == Answer::chunked) append_chunk(output_, data);
  if (answer_ == Answer::until_end) output_ += data.text();
}

void HttpServerProtocol::end_response() {
  if (closing()) return;
  BOWLINE_CHECK(answer_ != Answer::none && answer_ != Answer::done);
  if (answer_ == Answer::chunked) append_last_chunk(output_);
  end_answer();
}

void HttpServerProtocol::end_answer() {
  answer_ = Answer::done;
  if (state_ == State::read) next_request();
  if (state_ == State::body && continue_wanted_) enter(State::closed);
}

void HttpServerProtocol::upgrade(const HttpFieldList& fields) {
  if (closing()) return;
  begin_head(101, fields);
  output_ += "\r\n";
  answer_ = Answer::done;
  enter(State::upgraded);
}

std::string HttpServerProtocol::take_output() {
  return std::exchange(output_, std::string());
}

Duration HttpServerProtocol::timeout() const {
  if (state_ == State::body) return options_->body_timeout;
  if (state_ != State::head) return forever;
  return input_.empty() && !first_ ? options_->idle_timeout : options_->head_timeout;
}

Time HttpServerProtocol::next_deadline(Time now) {
  if (!wait_begin_) wait_begin_ = now;
  return later(*wait_begin_, timeout());
}

void HttpServerProtocol::on_time(Time now) {
  if (!wait_begin_ || now < later(*wait_begin_, timeout())) return;
  if (state_ == State::head && input_.empty()) return enter(State::closed);
  if (state_ != State::head && state_ != State::body) return;
  fail({408, "the request took too long to come"});
  failure_told_ = false;
}

}  // namespace bowline
