// Any bytes at all as what a TLS server, and a client, gets to read. The first byte says how the
// rest is cut; whatever comes, the engine ends in a state that says why and holds a bounded output.
#include "bowline/base/check.h"
#include "bowline/tls/certificate.h"
#include "bowline/tls/engine.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace {

using namespace bowline;

TlsContext make_server() {
  auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CertificateOptions options;
  options.names = {"localhost"};
  options.valid_from = today - std::chrono::hours(1);
  options.valid_until = today + std::chrono::days(30);
  PemPair pair = make_certificate(options).value();
  TlsServerOptions server;
  server.certificates = {{PemSource::of_text(pair.certificate), PemSource::of_text(pair.key)}};
  server.client_certificates = ClientCertificates::optional;
  server.client_ca = PemSource::of_text(pair.certificate);
  server.alpn = {"http/1.1"};
  return TlsContext::server(server).value();
}

void feed(TlsEngine& engine, Bytes bytes, std::size_t piece) {
  std::array<std::byte, 100> into;
  while (!bytes.empty()) {
    engine.receive(bytes.first(piece));
    bytes = bytes.after(piece);
    while (engine.read(into) > 0) continue;
    BOWLINE_CHECK(engine.input_left() == 0);
    BOWLINE_CHECK(engine.output().size() <= TlsEngine::output_max);
  }
  engine.write("answer", Time());
  engine.receive_end();
  BOWLINE_CHECK(engine.state() != TlsState::handshaking && engine.state() != TlsState::open);
  if (engine.state() == TlsState::failed) BOWLINE_CHECK(!engine.failure().text.empty());
  engine.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TlsContext server = make_server();
  static const TlsContext client = TlsContext::client({.insecure = true}).value();
  Bytes bytes(data, size);
  std::size_t piece = size > 0 ? std::max<std::size_t>(data[0], 1) : 1;
  TlsEngine first(server);
  feed(first, bytes.after(1), piece);
  TlsEngine second(client, "localhost");
  feed(second, bytes.after(1), piece);
  return 0;
}
