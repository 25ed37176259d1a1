#include "bowline/server/server.h"

#include "bowline/task/wait.h"

#include <csignal>
#include <cstdio>

namespace bowline {
namespace {

using Kind = ServerEvent::Kind;

// How long accepting pauses when the system has no descriptors or memory left for it.
constexpr Duration accept_pause = std::chrono::milliseconds(100);

}  // namespace

struct Server::Endpoint {
  std::string url;
  Handler handler;
  std::string service;
};

Server::Server(ServerOptions options) : options_(std::move(options)) {
  unsigned count = options_.threads ? options_.threads : usable_cores();
  for (unsigned index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(options_.backend, options_.spin));
  }
}

Server::~Server() = default;

void Server::add(std::string url, Handler handler, std::string service) {
  endpoints_.push_back(
      std::make_unique<Endpoint>(Endpoint{std::move(url), std::move(handler), std::move(service)}));
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
    Result<Door> door =
        co_await attempt(open_door(network, endpoint->url, options_.listen, options_.peers));
    if (!door && door.error().cancelled()) co_return;  // stopped before it began
    doors.push_back(std::move(*door));
  }
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->start_thread();
  for (std::size_t index = 0; index < doors.size(); ++index) {
    auto open = [&, &endpoint = *endpoints_[index]](auto& door) {
      tell({Kind::listening, 0, door.url(), endpoint.service});
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
      std::uint64_t number = ++served_;
      worker.scope().start(session(worker.network(), endpoint, std::move(*peer), number));
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
    Stream stream = worker.network().adopt(std::move(accepted));
    worker.scope().start(session(worker.network(), endpoint, std::move(stream), number));
    return;
  }
  workers_.front()->network().let_go(accepted);
  worker.post([this, &worker, &endpoint, accepted = std::move(accepted), number](Scope& scope) {
    scope.start(session(worker.network(), endpoint, worker.network().adopt(accepted), number));
  });
}

Task<> Server::session(Network network, Endpoint& endpoint, Stream stream, std::uint64_t number) {
  if (options_.observer) {
    tell({Kind::accepted, number, stream.peer_url(), endpoint.service});
  }
  Time begin = network.now();
  std::string failure;
  try {
    Task<> handling = endpoint.handler(std::move(stream));
    co_await handling;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  Duration duration = network.now() - begin;
  tell({Kind::closed, number, {}, endpoint.service, std::move(failure), duration});
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
