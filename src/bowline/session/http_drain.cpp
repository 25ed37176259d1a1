#include "bowline/session/http_drain.h"

#include "bowline/base/check.h"
#include "bowline/net/passing_transport.h"

namespace bowline {
namespace {

class HttpDrain final : public PassingTransport {
 public:
  HttpDrain(TransportPointer below, HttpServerProtocol& protocol)
      : PassingTransport(std::move(below)), protocol_(protocol) {
    be_known_above();
  }

  void begin_drain() override {
    protocol_.close_after_response();
    if (protocol_.is_idle()) end_input("the server is going away");
  }
  bool take_activity() override {
    bool active = PassingTransport::take_activity();
    return active || protocol_.in_request();
  }
  using PassingTransport::release_below;

 private:
  HttpServerProtocol& protocol_;
};

}  // namespace

Stream with_http_drain(Stream stream, HttpServerProtocol& protocol) {
  Chunk ahead = stream.take_read_ahead();
  Stream heard(std::make_unique<HttpDrain>(stream.release(), protocol));
  heard.put_back(std::move(ahead));
  return heard;
}

Stream without_http_drain(Stream stream) {
  auto* drain = dynamic_cast<HttpDrain*>(&stream.transport());
  BOWLINE_CHECK(drain && !stream.has_read_ahead());
  return Stream(drain->release_below());
}

}  // namespace bowline
