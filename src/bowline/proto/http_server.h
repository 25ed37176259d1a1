// One HTTP/1.1 connection as its server sees it: requests in, answers out, in order. No I/O: what
// comes goes to `receive`, what `take_output` gives is sent, and `next_event` says what to do.
#pragma once

#include "bowline/base/time.h"
#include "bowline/proto/http_input.h"
#include "bowline/proto/http_request.h"

#include <chrono>
#include <optional>

namespace bowline {

struct HttpServerOptions {
  HttpLimits limits;
  Duration idle_timeout = std::chrono::seconds(60);  // for another request to begin; then closed
  Duration head_timeout = std::chrono::seconds(10);  // for the first, and for all of a head: 408
  Duration body_timeout = std::chrono::seconds(60);  // for the whole body: 408
};

struct HttpServerEvent {
  enum class Kind : std::uint8_t {
    none,     // all input is used: receive more, or answer, or close
    request,  // `HttpServerProtocol::request` may be answered from now on
    data,     // a piece of its body
    end,      // the request is whole
    failed,   // answered with an error where that was possible; `failure` says why
  };

  Kind kind = Kind::none;
  Bytes data;
};

// The next request is not looked at before the one at hand is whole and answered, so a client can't
// make a server queue. A body that nobody wants is still to be read, up to its limit.
class HttpServerProtocol {
 public:
  // `options` must outlive it.
  explicit HttpServerProtocol(const HttpServerOptions& options)
      : options_(&options), head_(options.limits, check_request_line), body_(options.limits) {}

  // Only while `wants_input`. `bytes` are lent until `next_event` gives `none`.
  void receive(Bytes bytes);
  // The client sends no more.
  void receive_end() { ended_ = true; }
  // What an event shows is valid until the next call of this or `receive`. So is `request`, and no
  // longer than until it is answered: copy what is needed later.
  HttpServerEvent next_event();
  const HttpRequest& request() const { return request_; }
  const HttpFailure& failure() const { return failure_; }

  // The whole answer. Content-Length, Transfer-Encoding and Connection are written here and may not
  // be among `fields`; for HEAD only the size of `body` counts. After a failure answers are
  // dropped.
  void respond(int status, const HttpFieldList& fields, Bytes body);
  // An answer whose size nobody knows yet: chunked, or for HTTP/1.0 until the connection's end.
  void begin_response(int status, const HttpFieldList& fields);
  void send(Bytes data);
  void end_response();
  // No other request after this one's answer; between two, after that of the next.
  void close_after_response() {
    is_last_ = true;
    keep_alive_ = false;
  }
  // Answers 101 to a request without a body: from now on the connection speaks something else,
  // beginning with `rest`, whose bytes are lent or kept as all input.
  void upgrade(const HttpFieldList& fields);
  Bytes rest() const { return input_.bytes(); }

  // What is to be sent; empty when there is nothing.
  std::string take_output();
  bool wants_input() const;
  // A request was answered, and no other has begun.
  bool is_idle() const { return state_ == State::head && input_.empty() && !first_; }
  // One has begun, and is not whole or not answered yet.
  bool in_request() const {
    bool begun = state_ == State::head && !input_.empty();
    return begun || state_ == State::body || state_ == State::read;
  }
  // Nothing more comes of this connection: send the output, then close.
  bool closing() const { return state_ == State::closed || state_ == State::failed; }

  // When `on_time` wants to be called if nothing comes until then. The wait begins with the first
  // question, which is asked before each.
  Time next_deadline(Time now);
  void on_time(Time now);

 private:
  enum class State : std::uint8_t { head, body, read, closed, failed, upgraded };
  enum class Answer : std::uint8_t { none, chunked, until_end, no_body, done };

  HttpServerEvent read_head();
  HttpServerEvent read_body();
  HttpServerEvent fail(const HttpFailure& failure);
  void enter(State state);
  void next_request();
  void write_response(int status, const HttpFieldList& fields, Bytes body);
  void begin_head(int status, const HttpFieldList& fields);
  void end_answer();
  Duration timeout() const;

  const HttpServerOptions* options_;
  HttpInput input_;
  HttpHeadReader head_;
  HttpBodyReader body_;
  HttpRequest request_;
  HttpFailure failure_;
  std::string output_;
  std::optional<Time> wait_begin_;
  State state_ = State::head;
  Answer answer_ = Answer::none;
  bool ended_ = false;
  bool first_ = true;  // no request was answered yet
  // Of the request at hand, whose head may be gone when it is answered.
  int minor_version_ = 1;
  bool to_head_ = false;
  bool keep_alive_ = true;
  bool is_last_ = false;
  bool continue_wanted_ = false;
  bool failure_told_ = false;
};

}  // namespace bowline
