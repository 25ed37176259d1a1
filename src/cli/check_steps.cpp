#include "cli/check_steps.h"

#include "bowline/base/url.h"
#include "bowline/client/race.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"
#include "cli/handshake_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bowline::cli {
namespace {

using Outcome = CheckStep::Outcome;

// After the first address has answered, how long the others may still take to show that they do.
constexpr Duration others_wait = std::chrono::seconds(1);
// A server that speaks first does so within this.
constexpr Duration greeting_wait = std::chrono::milliseconds(500);
constexpr std::string_view echo_text = "bowline check\n";

bool is_websocket(const Url& url) {
  return url.scheme.starts_with("ws");
}

bool is_secure(const Url& url) {
  return url.scheme == "tls" || url.scheme == "wss";
}

Url usable_url(const std::string& text) {
  Url url = Url::parse(text).value();
  constexpr std::string_view known[] = {"tcp", "tls", "ws", "wss", "unix", "ws+unix"};
  auto refuse = [&](std::string advice) {
    throw make_error(make_error_code(Errc::bad_address), "check " + text, advice);
  };
  if (std::find(std::begin(known), std::end(known), url.scheme) == std::end(known)) {
    refuse(fmt::format("{}:// can't be checked; {} can", url.scheme, fmt::join(known, ", ")));
  }
  if (url.is_unix()) return url;
  if (!url.port && is_websocket(url)) url.port = is_secure(url) ? 443 : 80;
  if (!url.port) refuse("it has no port: " + url.scheme + "://host:port");
  return url;
}

// One address, and how connecting to it went.
struct Attempted {
  Address address;
  Duration duration{};
  std::string failure;
};

class Check {
 public:
  Check(Network network, const CheckOptions& options)
      : network_(network), options_(options), url_(usable_url(options.url)) {}

  Task<CheckReport> run() {
    Result<void> checked = co_await attempt(steps());
    if (!checked) {
      report_.steps.back().duration = network_.now() - begin_;
      report_.steps.back().outcome = Outcome::failed;
      report_.steps.back().text = checked.error().what();
    }
    co_return std::move(report_);
  }

 private:
  Task<> steps() {
    if (url_.is_unix()) {
      addresses_ = {url_.unix_address()};
    } else {
      co_await look_up();
    }
    co_await connect_all();
    if (is_secure(url_)) co_await shake_hands();
    if (is_websocket(url_)) {
      co_await open();
    } else {
      co_await hear();
    }
    if (options_.echo) co_await echo();
    if (is_websocket(url_)) co_await close();
  }

  void begin(std::string_view name) {
    begin_ = network_.now();
    report_.steps.push_back({.name = name});
  }
  CheckStep& end(std::string text) {
    CheckStep& step = report_.steps.back();
    step.duration = network_.now() - begin_;
    step.text = std::move(text);
    return step;
  }

  Task<> look_up() {
    begin("name");
    addresses_ =
        co_await within(options_.timeout, network_.resolve(url_.host, url_.port.value_or(0)));
    CheckStep& step = end(fmt::format("{} has {} address{}", url_.host.empty() ? "it" : url_.host,
                                      addresses_.size(), addresses_.size() == 1 ? "" : "es"));
    for (const Address& address : addresses_) step.details.push_back(address.text());
    addresses_ = interleave(addresses_);
  }

  // All at once, each with its result; the first one that answers is used.
  Task<> connect_all() {
    begin(url_.is_unix() ? "unix" : "tcp");
    attempts_.reserve(addresses_.size());
    for (const Address& address : addresses_) attempts_.push_back({.address = address});
    co_await with_scope(connect_each, this);
    std::string text = stream_ ? "connected to " + stream_.peer_url() : attempts_.front().failure;
    if (!stream_) throw Error(failure_, text);
    CheckStep& step = end(std::move(text));
    step.duration = connected_ - begin_;
    for (const Attempted& attempt : attempts_) note(step, attempt);
  }
  static Task<> connect_each(Scope& scope, Check* check) {
    check->left_ = check->attempts_.size();
    for (Attempted& attempt : check->attempts_) scope.start(check->connect_to(scope, attempt));
    co_return;
  }
  Task<> connect_to(Scope& scope, Attempted& attempted) {
    Task<Stream> connecting = within(options_.timeout, network_.connect(attempted.address));
    Result<Stream> stream = co_await attempt(std::move(connecting));
    attempted.duration = network_.now() - begin_;
    bool first = stream && !stream_;
    if (!stream) {
      attempted.failure = stream.error().what();
      if (!failure_) failure_ = stream.error().code();
    }
    if (first) {
      stream_ = std::move(*stream);
      connected_ = network_.now();
    }
    if (--left_ == 0) co_return scope.cancel();
    if (!first) co_return;
    Result<void> waited = co_await attempt(sleep(others_wait));
    scope.cancel();
  }
  void note(CheckStep& step, const Attempted& attempt) const {
    double milliseconds = std::chrono::duration<double, std::milli>(attempt.duration).count();
    step.details.push_back(attempt.failure.empty()
                               ? fmt::format("{}: {:.1f} ms", attempt.address.text(), milliseconds)
                               : attempt.failure);
    if (!attempt.failure.empty()) step.outcome = Outcome::warning;
  }

  Task<> shake_hands() {
    begin("tls");
    std::string host = url_.host.empty() ? "localhost" : url_.host;
    Task<Stream> shaking = connect_tls(network_, std::move(stream_), *options_.connect.tls,
                                       std::move(host), *url_.port);
    stream_ = co_await within(options_.timeout, std::move(shaking));
    TlsFacts facts = tls_facts(stream_).value();
    CheckStep& step = end(facts.version + ", " + facts.cipher);
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (const CertificateIdentity& one : facts.chain) {
      bool soon = one.valid_until - now < std::chrono::days(expiry_warning_days);
      step.details.push_back(
          fmt::format("{}: {}, by {}, until {}{}",
                      step.details.empty() ? "certificate" : "above it", one.names_text(),
                      one.issuer, expiry_text(one.valid_until, now), soon ? ": renew it" : ""));
      if (soon) step.outcome = Outcome::warning;
    }
    if (!facts.verified) {
      step.details.emplace_back("not verified: --insecure");
      step.outcome = Outcome::warning;
    }
  }

  Task<> open() {
    begin("websocket");
    Task<Stream> opening =
        open_websocket(network_, std::move(stream_), url_.text(), options_.connect.websocket);
    socket_ = std::make_unique<WebSocket>(co_await within(options_.timeout, std::move(opening)));
    const std::string& subprotocol = socket_->subprotocol();
    end("the server agrees" + (subprotocol.empty() ? "" : " on " + subprotocol));
  }

  // Does it speak first? Most wait for the client.
  Task<> hear() {
    begin("greeting");
    Result<Chunk> chunk = co_await attempt(within(greeting_wait, stream_.read_some()));
    if (!chunk && chunk.error().timed_out()) {
      end("none: it waits for the client to speak");
      co_return;
    }
    if (chunk.value().empty()) {
      end("it closed the connection without a word").outcome = Outcome::warning;
      co_return;
    }
    end(printable(chunk.value().text().substr(0, chunk.value().text().find_first_of("\r\n")), 70));
  }

  Task<> echo() {
    begin("echo");
    co_await within(options_.timeout, speak());
    end("what was sent came back");
  }
  Task<> speak() {
    std::string back;
    if (socket_) {
      co_await socket_->send(echo_text);
      Message message = co_await socket_->receive();
      back = message.text();
    } else {
      co_await stream_.write_all(echo_text);
      back.resize(echo_text.size());
      co_await stream_.read_exactly(writable(back));
    }
    if (back == echo_text) co_return;
    throw make_error(std::make_error_code(std::errc::bad_message), "read from " + url_.text(),
                     fmt::format("'{}' came back: it is no echo server", printable(back, 60)));
  }

  Task<> close() {
    begin("close");
    co_await within(options_.timeout, socket_->close());
    end("both said goodbye");
  }

  Network network_;
  const CheckOptions& options_;
  Url url_;
  CheckReport report_;
  std::vector<Address> addresses_;
  std::vector<Attempted> attempts_;
  std::size_t left_ = 0;  // addresses that have not answered
  std::error_code failure_;
  Time begin_{};
  Time connected_{};
  Stream stream_;
  std::unique_ptr<WebSocket> socket_;
};

}  // namespace

bool CheckReport::failed() const {
  return !steps.empty() && steps.back().outcome == Outcome::failed;
}

Task<CheckReport> check_server(Network network, const CheckOptions& options) {
  Check check(network, options);
  co_return co_await check.run();
}

}  // namespace bowline::cli
