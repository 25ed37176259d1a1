// What TLS costs a server, without a network: handshakes that one core does in a second, bytes that
// it seals and opens in a second, and the memory of a connection that is open and idle.
// Usage: tls_cost [SECONDS-EACH]
#include "bowline/tls/certificate.h"
#include "bowline/tls/engine.h"

#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace bowline;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

PemPair certificate(const PemPair* issuer) {
  auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CertificateOptions options;
  options.use = issuer ? CertificateUse::server : CertificateUse::authority;
  if (issuer) options.names = {"localhost"};
  options.subject = "bench";
  options.valid_from = today - std::chrono::hours(1);
  options.valid_until = today + std::chrono::hours(1);
  return make_certificate(options, issuer).value();
}

struct Contexts {
  explicit Contexts(TlsVersion version, bool resume)
      : authority(certificate(nullptr)), own(certificate(&authority)) {
    TlsServerOptions server_options;
    server_options.certificates = {
        {PemSource::of_text(own.certificate), PemSource::of_text(own.key)}};
    server_options.version_max = version;
    server = std::make_unique<TlsContext>(TlsContext::server(server_options).value());
    TlsClientOptions client_options;
    client_options.ca = PemSource::of_text(authority.certificate);
    if (resume) client_options.sessions = std::make_shared<TlsSessionCache>();
    client = std::make_unique<TlsContext>(TlsContext::client(client_options).value());
  }

  PemPair authority;
  PemPair own;
  std::unique_ptr<TlsContext> server;
  std::unique_ptr<TlsContext> client;
};

// Carries what `from` has to say over to `to`, and reads it there; gives what was read.
std::size_t carry(TlsEngine& from, TlsEngine& to) {
  static std::vector<std::byte> into(64 << 10);
  std::size_t total = 0;
  while (!from.output().empty()) {
    BytesBuilder bytes = std::move(from.output());
    to.receive(Bytes(bytes.data(), bytes.size()));
    while (int count = to.read(into)) total += std::size_t(count);
  }
  return total;
}

// Gives the processor time that the server's end took.
double shake_hands(TlsEngine& server, TlsEngine& client) {
  double spent = 0;
  while (!client.output().empty() || !server.output().empty()) {
    double begin = cpu_seconds();
    carry(client, server);
    spent += cpu_seconds() - begin;
    carry(server, client);
  }
  if (server.state() != TlsState::open || client.state() != TlsState::open) std::abort();
  return spent;
}

void measure_handshakes(TlsVersion version, bool resume, double seconds) {
  Contexts contexts(version, resume);
  double spent = 0;
  unsigned count = 0;
  unsigned resumed = 0;
  while (spent < seconds) {
    double begin = cpu_seconds();
    TlsEngine server(*contexts.server);
    spent += cpu_seconds() - begin;
    TlsEngine client(*contexts.client, "localhost");
    spent += shake_hands(server, client);
    resumed += client.facts().resumed;
    ++count;
  }
  std::printf("handshakes, TLS %s, %s: %.0f per CPU second (%u of %u short)\n",
              version == TlsVersion::v1_2 ? "1.2" : "1.3", resume ? "resumed" : "full",
              count / spent, resumed, count);
}

void measure_bytes(double seconds) {
  Contexts contexts(TlsVersion::v1_3, false);
  TlsEngine server(*contexts.server);
  TlsEngine client(*contexts.client, "localhost");
  shake_hands(server, client);
  std::string block(64 << 10, 'x');
  double begin = cpu_seconds();
  double total = 0;
  while (cpu_seconds() - begin < seconds) {
    server.write(block, Time(std::chrono::hours(1)));
    total += double(carry(server, client));
  }
  std::printf("sealed and opened: %.2f GB per CPU second\n", total / (cpu_seconds() - begin) / 1e9);
}

// After a message each way, and with what malloc itself adds.
void measure_memory(TlsVersion version) {
  Contexts contexts(version, false);
  std::vector<TlsEngine> idle;
  constexpr std::size_t count = 10'000;
  idle.reserve(count);
  std::size_t before = ::mallinfo2().uordblks;
  for (std::size_t index = 0; index < count; ++index) {
    idle.emplace_back(*contexts.server);
    TlsEngine client(*contexts.client, "localhost");
    shake_hands(idle.back(), client);
    client.write("hello", Time());
    idle.back().write("hello", Time());
    shake_hands(idle.back(), client);
  }
  std::printf("idle, TLS %s: %.1f KiB per connection (of %zu)\n",
              version == TlsVersion::v1_2 ? "1.2" : "1.3",
              double(::mallinfo2().uordblks - before) / count / 1024, count);
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  double seconds = argument_count > 1 ? std::atof(arguments[1]) : 2;
  for (TlsVersion version : {TlsVersion::v1_2, TlsVersion::v1_3}) {
    measure_handshakes(version, false, seconds);
    measure_handshakes(version, true, seconds);
  }
  measure_bytes(seconds);
  measure_memory(TlsVersion::v1_2);
  measure_memory(TlsVersion::v1_3);
}
