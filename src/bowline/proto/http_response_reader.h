// The answer to one request, as a client reads it: head, body in pieces, end (RFC 9112). Made for
// requests that ask for an upgrade: after "101 Switching Protocols", `rest` is the new protocol's.
#pragma once

#include "bowline/proto/http_body.h"
#include "bowline/proto/http_head.h"
#include "bowline/proto/http_input.h"

namespace bowline {

// Views into the head's bytes.
struct HttpResponse {
  int status = 0;
  std::string_view reason;  // may be empty
  int minor_version = 1;
  const HttpFields* fields = nullptr;
};

// "HTTP/1.1 404 Not Found", whose parts go to `response`.
HttpFailure read_status_line(std::string_view line, HttpResponse& response);

struct HttpResponseEvent {
  enum class Kind : std::uint8_t {
    none,    // all input is used
    head,    // of the final answer, or of 101; other answers of 1xx are skipped
    data,    // a piece of the body
    end,     // the answer is whole
    failed,  // `failure` says why
  };

  Kind kind = Kind::none;
  Bytes data;
};

class HttpResponseReader {
 public:
  // `limits` must outlive it. The answer to a HEAD has no body, whatever its fields say.
  explicit HttpResponseReader(const HttpLimits& limits, bool to_head = false);

  // `bytes` are lent until `next_event` gives `none`.
  void receive(Bytes bytes);
  void receive_end() { ended_ = true; }
  // What an event shows is valid until the next call of this or `receive`.
  HttpResponseEvent next_event();
  const HttpResponse& response() const { return response_; }
  // Only `why` says something: nobody is told the status.
  const HttpFailure& failure() const { return failure_; }
  // What came behind the answer.
  Bytes rest() const { return input_.bytes(); }

 private:
  enum class State : std::uint8_t { head, body, done, failed };

  HttpResponseEvent read_head();
  HttpResponseEvent read_body();
  HttpResponseEvent fail(const HttpFailure& failure);
  HttpFailure begin_body();

  HttpInput input_;
  HttpHeadReader head_;
  HttpBodyReader body_;
  HttpResponse response_;
  HttpFailure failure_;
  int skipped_ = 0;  // interim answers
  State state_ = State::head;
  bool to_head_;
  bool ended_ = false;
};

}  // namespace bowline
