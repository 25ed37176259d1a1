#include "bowline/proto/http_response_reader.h"

namespace bowline {
namespace {

using Kind = HttpResponseEvent::Kind;

constexpr int interim_max = 16;
constexpr HttpFailure not_http = {400, "what came is not an answer in HTTP/1.1"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

HttpFailure check_status_line(std::string_view line) {
  HttpResponse response;
  return read_status_line(line, response);
}

}  // namespace

// RFC 9112 4 wants a blank behind the status even where no reason follows; many leave it out.
HttpFailure read_status_line(std::string_view line, HttpResponse& response) {
  constexpr std::size_t size_min = 12;  // "HTTP/1.1 200"
  if (line.size() < size_min || !line.starts_with("HTTP/1.") || !is_digit(line[7]) ||
      line[8] != ' ' || line[9] < '1' || line[9] > '5' || !is_digit(line[10]) ||
      !is_digit(line[11])) {
    return not_http;
  }
  response.minor_version = line[7] == '0' ? 0 : 1;
  response.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  response.reason = line.substr(size_min);
  if (response.reason.empty()) return {};
  if (response.reason[0] != ' ' || !is_http_value(response.reason)) return not_http;
  response.reason.remove_prefix(1);
  return {};
}

HttpResponseReader::HttpResponseReader(const HttpLimits& limits, bool to_head)
    : head_(limits, check_status_line), body_(limits), to_head_(to_head) {}

void HttpResponseReader::receive(Bytes bytes) {
  if (state_ != State::failed) input_.receive(bytes);
}

HttpResponseEvent HttpResponseReader::next_event() {
  HttpResponseEvent event;
  switch (state_) {
    case State::head:
      event = read_head();
      break;
    case State::body:
      event = read_body();
      break;
    case State::done:
    case State::failed:
      break;
  }
  if (event.kind == Kind::none) input_.keep();
  return event;
}

HttpResponseEvent HttpResponseReader::read_head() {
  while (true) {
    HttpHeadReader::State result = head_.read(input_.bytes().text());
    if (result == HttpHeadReader::State::failed) return fail(head_.failure());
    if (result != HttpHeadReader::State::done) {
      if (ended_) return fail({400, "the connection ended before the answer"});
      return {};
    }
    read_status_line(head_.start_line(), response_);
    response_.fields = &head_.fields();
    input_.consume(head_.size());
    bool interim = response_.status < 200 && response_.status != 101;
    if (!interim) break;
    if (++skipped_ > interim_max) return fail({400, "interim answers without end"});
    head_.reset();
  }
  if (HttpFailure failure = begin_body()) return fail(failure);
  return {Kind::head, {}};
}

// RFC 9112 6.3.
HttpFailure HttpResponseReader::begin_body() {
  HttpFraming framing;
  if (HttpFailure failure = read_framing(head_.fields(), response_.minor_version, true, framing)) {
    return failure;
  }
  int status = response_.status;
  if (to_head_ || status < 200 || status == 204 || status == 304) framing = {};
  body_.begin(framing);
  state_ = State::body;
  return body_.failure();
}

HttpResponseEvent HttpResponseReader::read_body() {
  Bytes input = input_.bytes();
  std::size_t size = input.size();
  HttpResponseEvent event;
  HttpBodyReader::Step step = body_.next(input, event.data);
  input_.consume(size - input.size());
  bool ended_here = step == HttpBodyReader::Step::more && ended_;
  if (ended_here && body_.ended_by_connection()) step = HttpBodyReader::Step::end;
  switch (step) {
    case HttpBodyReader::Step::data:
      event.kind = Kind::data;
      break;
    case HttpBodyReader::Step::end:
      event.kind = Kind::end;
      state_ = State::done;
      break;
    case HttpBodyReader::Step::failed:
      return fail(body_.failure());
    case HttpBodyReader::Step::more:
      if (ended_here) return fail({400, "the connection ended within the answer"});
      break;
  }
  return event;
}

HttpResponseEvent HttpResponseReader::fail(const HttpFailure& failure) {
  failure_ = failure;
  state_ = State::failed;
  response_ = {};
  input_.clear();
  return {Kind::failed, {}};
}

}  // namespace bowline
