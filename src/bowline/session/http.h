// HTTP/1.1 as a server speaks it on one stream: requests one after another, each answered before
// the next is looked at.
//
//   HttpSession http(network, std::move(stream), options);
//   while (co_await http.next_request()) http.respond(200, {}, "hello\n");
#pragma once

#include "bowline/net/network.h"
#include "bowline/proto/http_server.h"
#include "bowline/session/http_drain.h"

namespace bowline {

class HttpSession {
 public:
  // `options` must outlive it; all waits end as they say, but for those of a long answer.
  HttpSession(Network network, Stream stream, const HttpServerOptions& options)
      : network_(network),
        options_(&options),
        protocol_(options),
        stream_(with_http_drain(std::move(stream), protocol_)) {}
  HttpSession(const HttpSession&) = delete;

  // Waits for another request, once the answers before it have gone out; bodies are dropped. False
  // when none comes any more: the client has left, was too slow, or was told of a mistake. Throws
  // Error when the network fails.
  Task<bool> next_request();
  // The one to be answered, valid until then.
  const HttpRequest& request() const { return protocol_.request(); }
  // The whole answer: see HttpServerProtocol::respond.
  void respond(int status, const HttpFieldList& fields, Bytes body) {
    protocol_.respond(status, fields, body);
  }

  // An answer that is made while it is sent, the last one of the connection.
  Task<> begin_response(int status, const HttpFieldList& fields);
  Task<> send(Bytes data);
  Task<> end_response();
  // Waits until the client has gone, or at least sends no more; what it still sends is dropped.
  Task<> client_left();

  // Answers 101: gives the stream, which now speaks something else. What the client has said of
  // that already is read ahead.
  Task<Stream> upgrade(const HttpFieldList& fields);

 private:
  Task<> flush();
  Task<> receive();
  Task<> say_goodbye();

  Network network_;
  const HttpServerOptions* options_;
  HttpServerProtocol protocol_;
  Stream stream_;
  Chunk input_;  // lent to the protocol
};

}  // namespace bowline
