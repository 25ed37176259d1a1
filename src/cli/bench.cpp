#include "cli/bench.h"

#include "bowline/os/clock.h"
#include "cli/bench_report.h"
#include "cli/bench_run.h"
#include "cli/failure.h"
#include "cli/option_values.h"
#include "cli/secure_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace bowline::cli {
namespace {

constexpr std::size_t size_max = 64 << 20;
constexpr std::size_t depth_max = 1 << 20;
constexpr unsigned connections_max = 1'000'000;
constexpr double rate_max = 1e9;

constexpr const char* description =
    "Measure how fast a server echoes\n\n"
    "Sends numbered messages over many connections, checks that every byte comes back as it was "
    "sent, and tells how many messages a second passed and how long they took. The server is "
    "one that sends back what it gets: bowline serve echo, or any other.\n\n"
    "Without --rate each connection sends as soon as answers come (a closed loop), which measures "
    "what the server can do at most. With --rate messages are due at a steady pace, and the time "
    "of "
    "each counts from when it was due: what waits because the server stalls is not left out "
    "(no coordinated omission). Ctrl-C ends it and shows what was measured so far.\n\n"
    "Over udp:// and unixgram: each message is a datagram, and each connection a socket. Those "
    "that "
    "are not answered within 200 ms are counted as lost, and the next is sent. Over ws:// and "
    "wss:// each is a binary message, and nothing is compressed. Handshakes are over before "
    "anything is measured.";

constexpr const char* notes =
    "examples:\n"
    "  bowline bench localhost:12345\n"
    "  bowline bench --connections 1000 --duration 10s tcp://localhost:12345\n"
    "  bowline bench --connections 50 --depth 16 --size 64 unix:/run/echo.sock\n"
    "  bowline bench --rate 20000 --json :12345\n"
    "  bowline bench udp://localhost:12345\n"
    "  bowline bench --depth 16 ws://localhost:12345\n"
    "  bowline bench --ca ca.pem wss://localhost:8443\n"
    "\nexit status: 0 done, 1 the peer or the network failed or bytes differ, 2 usage, 130 "
    "Ctrl-C\n";

struct Options {
  BenchOptions bench;
  ClientTlsOptions tls;
  bool json = false;
  bool quiet = false;
};

// The line that is written over again on a terminal, and is gone when the results come.
class ProgressLine {
 public:
  explicit ProgressLine(const BenchOptions& options) : options_(options) {}
  ~ProgressLine() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }
  void show(const BenchProgress& progress) {
    Time now = os::now();
    double seconds = std::chrono::duration<double>(now - looked_).count();
    double speed = double(progress.answers - answers_) / seconds;
    looked_ = now;
    answers_ = progress.answers;
    shown_ = true;
    fmt::print(stderr, "\r\x1b[K{}", bench_progress_text(options_, progress, speed));
  }

 private:
  const BenchOptions& options_;
  Time looked_ = os::now();
  std::uint64_t answers_ = 0;
  bool shown_ = false;
};

BenchResult run_with_progress(const Options& options) {
  if (options.quiet || !::isatty(STDERR_FILENO)) return run_bench(options.bench);
  ProgressLine line(options.bench);
  return run_bench(options.bench, [&line](const BenchProgress& progress) { line.show(progress); });
}

int measure(Options& options) {
  BenchOptions& bench = options.bench;
  try {
    bench.connect.tls = make_tls(options.tls, bench.url);
  } catch (const Error& error) {
    return fail(error);
  }
  std::size_t& answer_size_max = bench.connect.websocket.messages.message_size_max;
  answer_size_max = std::max(answer_size_max, bench.size);
  if (bench.threads > bench.connections) bench.threads = bench.connections;
  BenchResult result = run_with_progress(options);
  bool measured = result.latency.count() > 0;
  if (options.json || measured || !result.failure) {
    std::string text = options.json ? bench_json(bench, result) : bench_text(bench, result);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  if (result.failure) return fail(*result.failure);
  return result.signal ? 128 + result.signal : 0;
}

void add_load_options(CLI::App& command, BenchOptions& bench) {
  command.add_option("-c,--connections", bench.connections, "Connections at a time (default: 50)")
      ->check(CLI::Range(1u, connections_max).description(""))
      ->type_name("N");
  command.add_option("-s,--size", bench.size, "Bytes of a message (default: 64)")
      ->check(CLI::Range(std::size_t(1), size_max).description(""))
      ->type_name("BYTES");
  command
      .add_option("-d,--depth", bench.depth,
                  "Messages under way on each connection at most: more than one is pipelining "
                  "(default: 1)")
      ->check(CLI::Range(std::size_t(1), depth_max).description(""))
      ->type_name("D");
  command
      .add_option("-r,--rate", bench.rate,
                  "Messages a second that are due, over all connections (default: as fast as "
                  "answers come)")
      ->check(CLI::Range(0.001, rate_max).description(""))
      ->type_name("R");
  command
      .add_option("-t,--threads", bench.threads,
                  "Loops that make the load, each with a thread (default: 1)")
      ->check(CLI::Range(1u, 1024u).description(""))
      ->type_name("N");
}

}  // namespace

void define_bench(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<Options>();
  BenchOptions& bench = options->bench;
  CLI::App* command = app.add_subcommand("bench", description);
  command
      ->add_option("url", bench.url,
                   "The server: tcp://HOST:PORT, HOST:PORT, :PORT (this machine), tls://HOST:PORT, "
                   "ws://HOST/PATH, wss://HOST/PATH, unix:/PATH, unix:@NAME, ws+unix:/PATH, "
                   "udp://HOST:PORT, unixgram:/PATH or unixgram:@NAME")
      ->required()
      ->check(url_value());
  add_load_options(*command, bench);
  CLI::Option* duration = add_duration(*command, "--duration", bench.duration, false,
                                       "How long to measure (default: 5s)");
  CLI::Option* warmup = add_duration(
      *command, "--warmup", bench.warmup, true,
      "How long messages go before they are measured (default: 0.5s; with --count: 0)");
  command
      ->add_option("-n,--count", bench.count,
                   "Send so many messages in all, however long that takes")
      ->check(CLI::Range(std::uint64_t(1), std::uint64_t(1) << 60).description(""))
      ->type_name("N")
      ->excludes(duration);
  add_duration(*command, "--timeout", bench.timeout, false,
               "How long connecting, and an answer, may take: then the peer has failed "
               "(default: 10s)");
  add_tls_options(*command, options->tls);
  command->add_flag("--json", options->json, "One JSON object in place of text");
  command->add_flag("-q,--quiet", options->quiet, "Show no progress, also on a terminal");
  command->footer(notes);
  command->callback([options, warmup, &exit_code] {
    if (options->bench.count && warmup->count() == 0) options->bench.warmup = Duration();
    exit_code = measure(*options);
  });
}

}  // namespace bowline::cli
