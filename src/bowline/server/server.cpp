#include "bowline/server/server.h"

#include "bowline/task/wait.h"

#include <csignal>
#include <cstdio>

namespace bowline {
namespace {

using Kind = ServerEvent::Kind;

// How long accepting pauses when the system has no descriptors or memory left for it.
constexpr Duration accept_pause = std::chrono::milliseconds(100);

Task<> fail(std::exception_ptr failure) {
  std::rethrow_exception(failure);
  co_return;
}

// What `handler` makes of `stream`; a handler may also throw before it is a task.
Task<> handle(const Handler& handler, Stream stream) {
  try {
    return handler(std::move(stream));
  } catch (...) {
    return fail(std::current_exception());
  }
}

// What an exception says; nothing for none.
std::string text_of(const std::exception_ptr& failure) {
  if (!failure) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "the handler threw something that is no std::exception";
  }
}

std::shared_ptr<TlsContext> load_tls(const ServerOptions& options) {
  std::string key = options.key;
  if (key.empty()) key = options.certificate.substr(0, options.certificate.rfind('.')) + ".key";
  TlsServerOptions tls;
  tls.certificates = {{PemSource::in_file(options.certificate), PemSource::in_file(key)}};
  return std::make_shared<TlsContext>(TlsContext::server(std::move(tls)).value());
}

}  // namespace

OpenOptions open_options(const ServerOptions& options) {
  OpenOptions open = options.open;
  if (!options.certificate.empty() && !open.tls) open.tls = load_tls(options);
  open.handshake_timeout = options.handshake_timeout;
  open.websocket.http.head_timeout = options.handshake_timeout;
  return open;
}

struct Server::Endpoint {
  Server* server;
  Url url;
  Opener opener;
  Handler handler;
  std::string service;
};

// One connection, from the accept to the end of its handler, whose failure ends nothing else.
class Server::Session final : public Child {
 public:
  Session(Scope& scope, Task<> handling, Endpoint& endpoint, std::uint64_t number)
      : Child(scope, std::move(handling)),
        endpoint_(&endpoint),
        number_(number),
        begin_(scheduler().now()) {}

 private:
  void ended(std::exception_ptr failure) override {
    if (!endpoint_->server->options_.observer) return;
    Duration duration = scheduler().now() - begin_;
    endpoint_->server->tell(
        {Kind::closed, number_, {}, endpoint_->service, text_of(failure), duration});
  }

  Endpoint* endpoint_;
  std::uint64_t number_;
  Time begin_;
};

Server::Server(ServerOptions options) : options_(std::move(options)) {
  options_.open = open_options(options_);
  unsigned count = options_.threads ? options_.threads : usable_cores();
  for (unsigned index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(options_.backend, options_.spin));
  }
}

Server::~Server() = default;

void Server::add(std::string url, Handler handler, std::string service) {
  Url parsed = Url::parse(url).value();
  Opener opener = make_opener(parsed, options_.open);
  endpoints_.push_back(std::make_unique<Endpoint>(Endpoint{
      this, std::move(parsed), std::move(opener), std::move(handler), std::move(service)}));
}

void Server::run() {
  workers_.front()->run([this](Scope& scope) { return serve_all(scope); });
  tell({Kind::stopped, served_});
}

void Server::stop() {
  workers_.front()->stop();
}

Task<> Server::serve_all(Scope& scope) {
  Network network = workers_.front()->network();
  // Before any other thread: they inherit that these signals do not act on their own.
  Task<int> signal = network.signal({SIGINT, SIGTERM});
  std::vector<Door> doors;
  for (std::unique_ptr<Endpoint>& endpoint : endpoints_) {
    std::string url = transport_url(endpoint->url);
    Result<Door> door = co_await attempt(open_door(network, url, options_.listen, options_.peers));
    if (!door && door.error().cancelled()) co_return;  // stopped before it began
    doors.push_back(std::move(*door));
  }
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->start_thread();
  for (std::size_t index = 0; index < doors.size(); ++index) {
    auto open = [&, &endpoint = *endpoints_[index]](auto& door) {
      std::string url = url_text(endpoint.url.scheme, door.local_address());
      tell({Kind::listening, 0, std::move(url), endpoint.service});
      scope.start(accept_from(endpoint, std::move(door)));
    };
    std::visit(open, doors[index]);
  }
  Result<int> came = co_await attempt(std::move(signal));
  tell({Kind::stopping});
  stopping_ = true;
  scope.cancel();
  for (std::unique_ptr<Worker>& worker : workers_) worker->stop();
  for (std::unique_ptr<Worker>& worker : workers_) worker->join();
}

Task<> Server::accept_from(Endpoint& endpoint, Listener listener) {
  for (;;) {
    Result<Accepted> accepted = co_await attempt(listener.accept_handle());
    if (accepted) {
      deal(endpoint, std::move(*accepted));
      continue;
    }
    if (accepted.error().cancelled()) co_return;
    tell({Kind::accept_failed, 0, listener.url(), endpoint.service, accepted.error().what()});
    Result<void> slept = co_await attempt(sleep(accept_pause));
  }
}

// The peers of a datagram socket stay with the loop that reads it.
Task<> Server::accept_from(Endpoint& endpoint, DatagramPeers peers) {
  Worker& worker = *workers_.front();
  for (;;) {
    Result<Stream> peer = co_await attempt(peers.accept());
    if (peer) {
      begin_session(worker, endpoint, std::move(*peer), ++served_);
      continue;
    }
    if (peer.error().cancelled()) co_return;
    tell({Kind::accept_failed, 0, peers.url(), endpoint.service, peer.error().what()});
    Result<void> slept = co_await attempt(sleep(accept_pause));
  }
}

// The next worker in turn gets the connection: all loops have as many, whoever happened to be
// awake.
void Server::deal(Endpoint& endpoint, Accepted accepted) {
  if (stopping_) {
    // It came just before the end, and no worker is left for it: it is closed.
    Stream unserved = workers_.front()->network().adopt(std::move(accepted));
    return;
  }
  Worker& worker = *workers_[next_worker_];
  next_worker_ = (next_worker_ + 1) % workers_.size();
  std::uint64_t number = ++served_;
  if (&worker == workers_.front().get()) {
    begin_session(worker, endpoint, worker.network().adopt(std::move(accepted)), number);
    return;
  }
  workers_.front()->network().let_go(accepted);
  worker.post([this, &worker, &endpoint, accepted = std::move(accepted), number](Scope&) {
    begin_session(worker, endpoint, worker.network().adopt(accepted), number);
  });
}

void Server::begin_session(Worker& worker, Endpoint& endpoint, Stream stream,
                           std::uint64_t number) {
  if (options_.observer) tell({Kind::accepted, number, stream.peer_url(), endpoint.service});
  if (endpoint.opener) {
    worker.scope().start(open(worker, endpoint, std::move(stream), number));
  } else {
    begin_handler(worker, endpoint, std::move(stream), number);
  }
}

// The handler begins as a task of its own, so that what the opening took is gone by then.
Task<> Server::open(Worker& worker, Endpoint& endpoint, Stream stream, std::uint64_t number) {
  Network network = worker.network();
  Time begin = network.now();
  Task<Stream> opening = endpoint.opener(network, std::move(stream));
  Result<Stream> opened = co_await attempt(std::move(opening));
  if (opened && *opened) {
    begin_handler(worker, endpoint, std::move(*opened), number);
    co_return;
  }
  std::string failure = opened ? std::string() : opened.error().what();
  tell({Kind::closed, number, {}, endpoint.service, failure, network.now() - begin});
}

void Server::begin_handler(Worker& worker, Endpoint& endpoint, Stream stream,
                           std::uint64_t number) {
  Task<> handling = handle(endpoint.handler, std::move(stream));
  worker.scope().start(
      std::make_unique<Session>(worker.scope(), std::move(handling), endpoint, number));
}

void Server::tell(const ServerEvent& event) const {
  if (options_.observer) options_.observer(event);
}

int serve(std::string url, Handler handler, ServerOptions options) {
  try {
    Server server(std::move(options));
    server.add(std::move(url), std::move(handler));
    server.run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

}  // namespace bowline
