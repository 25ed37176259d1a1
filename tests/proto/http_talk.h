// Whole conversations with the HTTP protocols as one text, so that they can be compared: what was
// seen, and what was answered.
#pragma once

#include "bowline/proto/http_response_reader.h"
#include "bowline/proto/http_server.h"
#include "tests/support/cuts.h"

#include <string>

namespace bowline::testing {

// A server that answers each request once it is whole. Each piece lies in memory of its own, which
// goes as soon as it was lent long enough.
class HttpTalk {
 public:
  explicit HttpTalk(const HttpServerOptions& options) : http_(options) {}

  void receive(std::string_view piece) {
    if (!http_.wants_input()) return;
    std::vector<char> memory(piece.begin(), piece.end());
    http_.receive(memory);
    take_events();
  }
  void receive_end() {
    if (!http_.wants_input()) return;
    http_.receive_end();
    take_events();
  }
  // "GET /x {body} " for each request, "!400 " for a failure, "." when the connection is over.
  std::string seen() const { return seen_ + (http_.closing() ? "." : ""); }
  const std::string& output() const { return output_; }
  HttpServerProtocol& http() { return http_; }

 private:
  void take_events() {
    using Kind = HttpServerEvent::Kind;
    while (true) {
      HttpServerEvent event = http_.next_event();
      if (event.kind == Kind::request) {
        const HttpRequest& request = http_.request();
        seen_.append(request.method).append(" ").append(request.target).append(" {");
      }
      if (event.kind == Kind::data) seen_ += event.data.text();
      if (event.kind == Kind::end) {
        seen_ += "} ";
        http_.respond(200, {}, "ok");
      }
      if (event.kind == Kind::failed) seen_ += "!" + std::to_string(http_.failure().status) + " ";
      output_ += http_.take_output();
      if (event.kind == Kind::none) return;
    }
  }

  HttpServerProtocol http_;
  std::string seen_;
  std::string output_;
};

inline const HttpServerOptions& default_server() {
  static const HttpServerOptions options;
  return options;
}

// What a server sees of these bytes, then of their end.
inline std::string served(const Pieces& pieces,
                          const HttpServerOptions& options = default_server()) {
  HttpTalk talk(options);
  for (const std::string& piece : pieces) talk.receive(piece);
  talk.receive_end();
  return talk.seen();
}
inline std::string served(std::string_view text,
                          const HttpServerOptions& options = default_server()) {
  return served(Pieces{std::string(text)}, options);
}

// What a client reads: "404 Not Found {body}", "!" and a sentence, "+" and what came behind.
inline std::string answered(const Pieces& pieces, const HttpLimits& limits = {},
                            bool to_head = false) {
  using Kind = HttpResponseEvent::Kind;
  HttpResponseReader reader(limits, to_head);
  std::string seen;
  auto take_events = [&] {
    while (true) {
      HttpResponseEvent event = reader.next_event();
      if (event.kind == Kind::none) return;
      if (event.kind == Kind::head) {
        seen.append(std::to_string(reader.response().status)).append(" ");
        seen.append(reader.response().reason).append(" {");
      }
      if (event.kind == Kind::data) seen += event.data.text();
      if (event.kind == Kind::end) seen += "}";
      if (event.kind == Kind::failed) seen.append("!").append(reader.failure().why);
    }
  };
  for (const std::string& piece : pieces) {
    std::vector<char> memory(piece.begin(), piece.end());
    reader.receive(memory);
    take_events();
  }
  reader.receive_end();
  take_events();
  if (!reader.rest().empty()) seen.append("+").append(reader.rest().text());
  return seen;
}

}  // namespace bowline::testing
