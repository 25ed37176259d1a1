#include "bowline/session/proxied.h"

#include "bowline/base/bytes_builder.h"
#include "bowline/base/url.h"
#include "bowline/net/socket_transport.h"

#include <algorithm>

namespace bowline {
namespace {

using State = ProxyReading::State;

// What is below, but for the addresses.
class ProxiedTransport final : public Transport {
 public:
  ProxiedTransport(TransportPointer below, ProxyHeader header)
      : below_(std::move(below)), header_(std::move(header)) {}

  bool submit(Op& op) override { return below_->submit(op); }
  void cancel(Op& op) override { below_->cancel(op); }
  bool finish(Op& op) override { return below_->finish(op); }
  bool fills_memory() const override { return below_->fills_memory(); }
  Address local_address() const override { return header_.destination; }
  Address peer_address() const override { return header_.source; }
  int set_option(Option option, int value) override { return below_->set_option(option, value); }
  Handle handle() const override { return below_->handle(); }
  Transport* beneath() override { return below_.get(); }
  std::string url() const override {
    return url_text(stream_scheme(header_.source), header_.source);
  }
  std::string advice(Attempted attempted, int error_number) const override {
    return below_->advice(attempted, error_number);
  }

 private:
  TransportPointer below_;
  ProxyHeader header_;
};

Error refused(std::error_code code, const Stream& stream, std::string_view advice) {
  return make_error(code, "accept a connection from the proxy " + stream.peer_url(), advice);
}

bool is_among(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace

Task<Stream> accept_proxied(Stream stream, const std::vector<AddressRange>& trusted) {
  if (!is_among(trusted, stream.peer_address())) {
    throw refused(make_error_code(Errc::peer_not_trusted), stream,
                  "it is none of those that may say who their client is");
  }
  BytesBuilder seen;
  ProxyReading reading;
  while (reading.state == State::incomplete) {
    Chunk chunk = co_await stream.read_some();
    if (chunk.empty()) {
      throw refused(make_error_code(Errc::ended_early), stream, "its PROXY header is not whole");
    }
    seen.append(chunk);
    reading = read_proxy_header(seen.bytes());
  }
  if (reading.state == State::failed) {
    throw refused(std::make_error_code(std::errc::protocol_error), stream, reading.why);
  }
  if (reading.header.source.family() != Family::none) {
    stream =
        Stream(std::make_unique<ProxiedTransport>(stream.release(), std::move(reading.header)));
  }
  Bytes rest = seen.bytes().after(reading.size);
  if (!rest.empty()) stream.put_back(Chunk::copy(rest));
  co_return stream;
}

std::string proxy_header_for(const Stream& client, ProxyVersion version) {
  return proxy_header(version, {client.peer_address(), client.local_address()});
}

}  // namespace bowline
