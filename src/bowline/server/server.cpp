#include "bowline/server/server.h"

#include "bowline/task/wait.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <type_traits>

namespace bowline {
namespace {

using Kind = ServerEvent::Kind;

// How long accepting pauses when the system has no descriptors or memory left for it.
constexpr Duration accept_pause = std::chrono::milliseconds(100);
// How often a server that is full looks for room.
constexpr Duration full_pause = std::chrono::milliseconds(10);
// Refusals are many when they come: this often one is told, with the count of the others.
constexpr Duration refusal_pause = std::chrono::seconds(1);

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
  open.obey(options.limits);
  return open;
}

Server::Server(ServerOptions options, std::nullptr_t)
    : options_(std::move(options)), headcount_(options_.limits) {
  options_.open = open_options(options_);
}

Server::Server(ServerOptions options) : Server(std::move(options), nullptr) {
  unsigned count = options_.threads ? options_.threads : usable_cores();
  for (unsigned index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(options_.backend, options_.spin));
    add_shard(workers_.back()->network());
  }
}

Server::Server(Network network, ServerOptions options) : Server(std::move(options), nullptr) {
  add_shard(network);
}

// Threads are left only where run() has thrown.
Server::~Server() {
  for (std::unique_ptr<Worker>& worker : workers_) worker->stop();
  for (std::unique_ptr<Worker>& worker : workers_) worker->join();
}

void Server::add_shard(Network network) {
  shards_.push_back(std::make_unique<Shard>(network, options_.limits, options_.open, endpoints_,
                                            headcount_, options_.observer, options_.observe));
}

void Server::add(std::string url, Handler handler, std::string service) {
  BOWLINE_CHECK(endpoints_.size() < Shard::endpoint_count_max);
  Url parsed = Url::parse(url).value();
  Opener opener = make_opener(parsed, options_.open);
  note([&](Standing& standing) { standing.status.services.push_back({.service = service}); });
  endpoints_.push_back(std::make_unique<ServerEndpoint>(ServerEndpoint{
      std::move(parsed), std::move(opener), std::move(handler), std::move(service)}));
}

void Server::adopt(std::vector<InheritedSocket> sockets) {
  inherited_ = std::move(sockets);
}

void Server::meanwhile(std::function<Task<>(Network)> task) {
  meanwhile_ = std::move(task);
}

void Server::run() {
  workers_.front()->run([this](Scope& scope) {
    scope_ = &scope;
    return run_in(scope);
  });
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->finish();
  tell_stopped();
}

Task<> Server::serve() {
  auto serve_it = [this](Scope& scope) {
    scope_ = &scope;
    return serve_in(scope);
  };
  co_await with_scope(serve_it);
  tell_stopped();
}

void Server::drain() {
  network().post([this] { drain_asked_.open(); });
}

void Server::stop() {
  network().post([this] {
    if (scope_) scope_->cancel();
  });
}

void Server::set_limits(const ServerLimits& limits) {
  network().post([this, limits] {
    options_.limits = limits;
    headcount_.set_limits(limits);
  });
  for (std::unique_ptr<Shard>& shard : shards_) {
    shard->post([&shard = *shard, limits] { shard.set_limits(limits); });
  }
}

std::vector<InheritedSocket> Server::listeners() const {
  return doors_ ? doors_->sockets() : std::vector<InheritedSocket>();
}

void Server::hand_over() {
  if (doors_) doors_->give_away();
  handed_over_ = true;
  drain_asked_.open();
}

// Signals are taken before there is any other thread: they inherit that these do not act on their
// own.
Task<> Server::run_in(Scope& scope) {
  scope.start(obey_signals(network().signal({SIGINT, SIGTERM})));
  co_await serve_in(scope);
}

Task<> Server::obey_signals(Task<int> first) {
  Result<int> came = co_await attempt(std::move(first));
  if (!came) co_return;
  drain_asked_.open();
  Task<int> second = network().signal({SIGINT, SIGTERM});
  came = co_await attempt(std::move(second));
  if (came && scope_) scope_->cancel();
}

Task<> Server::serve_in(Scope& scope) {
  Context& context = co_await current_context();
  Doors doors(network(), std::move(inherited_));
  co_await open_all(doors);
  std::exception_ptr failure;
  if (!context.cancelled()) {  // else it was stopped before it began
    for (std::string& place : doors.settle()) tell({Kind::unclaimed, 0, std::move(place)});
    doors_ = &doors;
    co_await begin_shards();
    Scope acceptors(context);
    note([&](Standing& standing) { standing.begin = network().now(); });
    Scope readers(context);  // of datagrams, which come to those that drain as well
    if (meanwhile_) acceptors.start(meanwhile_(network()));
    for (std::size_t index = 0; index < doors.count(); ++index) {
      auto open = [&](auto& door) {
        std::string url = url_text(endpoints_[index]->url.scheme, door.local_address());
        note([&](Standing& standing) { standing.status.services[index].url = url; });
        tell({Kind::listening, 0, std::move(url), endpoints_[index]->service});
        Scope& scope_of_door = std::is_same_v<decltype(door), Listener&> ? acceptors : readers;
        scope_of_door.start(accept_at(index, door));
      };
      std::visit(open, doors[index]);
    }
    Result<void> asked = co_await attempt(drain_asked_.passed());
    draining_ = true;
    note([](Standing& standing) { standing.status.draining = true; });
    co_await end_acceptors(acceptors, failure);
    if (handed_over_) co_await end_acceptors(readers, failure);  // another process reads them
    doors_ = nullptr;
    doors.close_listeners();
    tell({Kind::stopping});
    co_await end_shards();
    co_await end_acceptors(readers, failure);
  }
  scope_ = nullptr;
  scope.cancel();
  if (failure) std::rethrow_exception(failure);
}

Task<> Server::end_acceptors(Scope& acceptors, std::exception_ptr& failure) {
  acceptors.cancel();
  try {
    co_await acceptors.join();
  } catch (...) {
    if (!failure) failure = std::current_exception();
  }
}

Task<> Server::open_all(Doors& doors) {
  for (std::unique_ptr<ServerEndpoint>& endpoint : endpoints_) {
    Task<> opening = doors.open(endpoint->url, options_.listen, options_.peers);
    Result<void> opened = co_await attempt(std::move(opening));
    if (!opened && opened.error().cancelled()) break;
    opened.value();
  }
}

// Goes on when all can be dealt connections.
Task<> Server::begin_shards() {
  shards_running_ = 0;
  scope_->start(run_shard(*shards_.front()));
  for (std::size_t index = 1; index < shards_.size(); ++index) {
    workers_[index]->start_thread();
    workers_[index]->post(
        [this, &shard = *shards_[index]](Scope& scope) { scope.start(run_shard(shard)); });
  }
  Result<void> begun = co_await attempt(all_run_.passed());
}

Task<> Server::run_shard(Shard& shard) {
  Network home = network();
  home.post([this] {
    if (++shards_running_ == shards_.size()) all_run_.open();
  });
  co_await shard.run();
  home.post([this] {
    if (--shards_running_ == 0) none_runs_.open();
  });
}

Task<> Server::end_shards() {
  shards_.front()->drain();
  for (std::size_t index = 1; index < shards_.size(); ++index) {
    workers_[index]->post([&shard = *shards_[index]](Scope&) { shard.drain(); });
  }
  Result<void> ended = co_await attempt(none_runs_.passed());
  if (ended) co_return;
  for (std::size_t index = 1; index < shards_.size(); ++index) workers_[index]->stop();
}

Task<> Server::accept_at(std::size_t endpoint, Listener& listener) {
  for (;;) {
    Result<Accepted> accepted = co_await attempt(listener.accept_handle());
    if (!accepted && accepted.error().cancelled()) co_return;
    if (!accepted) {
      co_await accept_failed(endpoint, listener.url(), accepted.error());
      continue;
    }
    // What came just before the end is served all the same.
    for (Result<void> slept; slept && headcount_.is_full();) {
      slept = co_await attempt(sleep(full_pause));
    }
    deal(endpoint, std::move(*accepted));
  }
}

// The peers of a datagram socket stay with the loop that reads it.
Task<> Server::accept_at(std::size_t endpoint, DatagramPeers& peers) {
  for (;;) {
    Result<Stream> peer = co_await attempt(peers.accept());
    if (!peer && peer.error().cancelled()) co_return;
    if (!peer) {
      co_await accept_failed(endpoint, peers.url(), peer.error());
      continue;
    }
    if (draining_) continue;  // for those that were known
    shards_.front()->begin({endpoint, ++served_, Headcount::uncounted}, std::move(*peer));
  }
}

Task<> Server::accept_failed(std::size_t endpoint, std::string url, Error failure) {
  note([](Standing& standing) { ++standing.status.accept_failures; });
  tell({Kind::accept_failed, 0, std::move(url), endpoints_[endpoint]->service, failure.what()});
  Result<void> slept = co_await attempt(sleep(accept_pause));
}

std::optional<Arrival> Server::let_in(std::size_t endpoint, const Address& peer) {
  std::optional<Headcount::Ticket> ticket = headcount_.enter(peer);
  if (ticket) return Arrival{endpoint, ++served_, *ticket};
  ++refused_;
  note([endpoint](Standing& standing) { ++standing.status.services[endpoint].refused; });
  Time now = network().now();
  if (now < next_refusal_) return std::nullopt;
  next_refusal_ = later(now, refusal_pause);
  const ServerEndpoint& at = *endpoints_[endpoint];
  tell({Kind::refused, refused_, url_text(at.url.scheme, peer), at.service,
        fmt::format("it has {} connections already", options_.limits.connections_per_address_max)});
  return std::nullopt;
}

// The next shard in turn gets the connection: all have as many, whichever happened to be awake.
void Server::deal(std::size_t endpoint, Accepted accepted) {
  std::optional<Arrival> arrival = let_in(endpoint, accepted.peer);
  if (!arrival) {
    Stream refused = network().adopt(std::move(accepted));
    return;
  }
  std::size_t index = std::exchange(next_shard_, (next_shard_ + 1) % shards_.size());
  Shard& shard = *shards_[index];
  if (index == 0) return shard.begin(*arrival, network().adopt(std::move(accepted)));
  network().let_go(accepted);
  workers_[index]->post([&shard, arrival = *arrival, accepted = std::move(accepted)](Scope&) {
    shard.begin(arrival, shard.network().adopt(accepted));
  });
}

void Server::tell(const ServerEvent& event) const {
  if (options_.observer) options_.observer(event);
}

void Server::tell_stopped() const {
  ServerEvent event{Kind::stopped, served_};
  for (const std::unique_ptr<Shard>& shard : shards_) event.cut += shard->cut();
  tell(event);
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
