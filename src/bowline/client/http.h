// Asking a server over HTTP/1.1, for what is asked rarely: a request without a body, on a
// connection of its own, and the answer as it comes.
//
//   HttpCall call(network, "http://localhost:9100");
//   int status = co_await call.ask("GET", "/healthz");
//   std::string text = co_await call.read_all();
#pragma once

#include "bowline/base/url.h"
#include "bowline/client/connect.h"
#include "bowline/proto/http_response_reader.h"

#include <cstddef>
#include <string>

namespace bowline {

// Where the connections for an HTTP server are: tcp:// for http:// (port 80), tls:// for https://
// (port 443), without a path; tcp://, tls:// and unix: as they are. Errc::bad_address for others.
Result<Url> http_transport(Url url);

class HttpCall {
 public:
  static constexpr std::size_t body_size_max = 64 * 1024 * 1024;

  // `server` as http_transport() takes it; the path of an http:// URL goes before that of each
  // request. `options`: whom to trust and who we are. None of these calls has a deadline of its
  // own: see within().
  HttpCall(Network network, std::string server, ConnectOptions options = {});

  // Connects, asks, and gives the status of the answer. Once. Throws Error.
  Task<int> ask(std::string method, std::string target);
  // The next piece of the body; empty at its end. Valid until the next call.
  Task<Bytes> read_some();
  // All of it; Errc::too_long beyond body_size_max.
  Task<std::string> read_all();

 private:
  Task<HttpResponseEvent> next_event();

  Network network_;
  std::string server_;
  ConnectOptions options_;
  Stream stream_;
  HttpResponseReader reader_;
  Chunk input_;  // lent to the reader
  bool ended_ = false;
};

}  // namespace bowline
