#include "bowline/services/upstreams.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"

#include <algorithm>
#include <optional>

namespace bowline {

using Kind = UpstreamEvent::Kind;

// All but the URL, which does not change, under the lock.
struct Upstreams::Target : UpstreamStatus {
  explicit Target(const std::string& at) { url = at; }

  unsigned streak = 0;  // results in a row that say otherwise than `healthy`
};

namespace {

// FNV-1a, and splitmix64's last step so that all bits of it depend on all of the text.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
  return hash ^ hash >> 31;
}

Error none_left() {
  return make_error(std::make_error_code(std::errc::host_unreachable), "connect to an upstream",
                    "all of them drain: there is none for new connections");
}

}  // namespace

Upstreams::Lease& Upstreams::Lease::operator=(Lease&& other) noexcept {
  std::swap(upstreams_, other.upstreams_);
  std::swap(target_, other.target_);
  return *this;
}

Upstreams::Lease::~Lease() {
  if (target_) upstreams_->end_lease(*target_);
}

const std::string& Upstreams::Lease::url() const {
  return target_->url;
}

Upstreams::Upstreams(const std::vector<std::string>& urls, UpstreamOptions options)
    : options_(std::move(options)) {
  set(urls);
}

void Upstreams::set(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) check_target(url).value();
  std::lock_guard lock(mutex_);
  for (const std::string& url : urls) {
    auto known = std::find_if(targets_.begin(), targets_.end(),
                              [&](const TargetPointer& target) { return target->url == url; });
    if (known != targets_.end() && !(*known)->draining) continue;
    if (known == targets_.end()) known = targets_.insert(known, std::make_shared<Target>(url));
    (*known)->draining = false;
    tell(Kind::added, **known);
  }
  for (const TargetPointer& target : targets_) {
    bool named = std::find(urls.begin(), urls.end(), target->url) != urls.end();
    if (named || target->draining) continue;
    target->draining = true;
    tell(Kind::draining, *target);
  }
  remove_drained();
}

std::vector<UpstreamStatus> Upstreams::status() {
  std::lock_guard lock(mutex_);
  std::vector<UpstreamStatus> all;
  for (const TargetPointer& target : targets_) all.push_back(*target);
  return all;
}

void Upstreams::remove_drained() {
  std::erase_if(targets_, [&](const TargetPointer& target) {
    bool drained = target->draining && target->connections == 0;
    if (drained) tell(Kind::drained, *target);
    return drained;
  });
}

void Upstreams::end_lease(Target& target) {
  std::lock_guard lock(mutex_);
  --target.connections;
  if (target.draining) remove_drained();
}

Task<Upstreams::Connection> Upstreams::connect(Network network, const Stream& client) {
  Context& context = co_await current_context();
  Time deadline = later(network.now(), options_.connect_timeout);
  std::optional<ConnectOptions> proxied;
  if (options_.proxy != ProxyVersion::none) {
    proxied = options_.connect;
    proxied->preamble = proxy_header_for(client, options_.proxy);
  }
  const ConnectOptions& options = proxied ? *proxied : options_.connect;
  Address source = client.peer_address();
  std::vector<TargetPointer> tried;
  Error failure = none_left();
  for (;;) {
    std::size_t left = 0;
    Lease lease = choose(source, tried, left);
    if (!lease) throw failure;
    Duration share = (deadline - network.now()) / static_cast<Duration::rep>(left);
    Task<Stream> connecting = within(share, bowline::connect(network, lease.url(), options));
    Result<Stream> stream = co_await attempt(std::move(connecting));
    if (!stream && context.cancelled()) throw stream.error();
    note(*lease.target_, stream ? std::string() : stream.error().what());
    if (stream) {
      Connection made{std::move(*stream), std::move(lease)};
      co_return made;
    }
    failure = stream.error();
    tried.push_back(lease.target_);
  }
}

// `left` is how many there were to choose from, for this and later choices.
Upstreams::Lease Upstreams::choose(const Address& client, const std::vector<TargetPointer>& tried,
                                   std::size_t& left) {
  std::lock_guard lock(mutex_);
  std::vector<TargetPointer> healthy;
  std::vector<TargetPointer> failing;
  for (const TargetPointer& target : targets_) {
    bool was_tried = std::find(tried.begin(), tried.end(), target) != tried.end();
    if (!target->draining && !was_tried) (target->healthy ? healthy : failing).push_back(target);
  }
  left = healthy.size() + failing.size();
  if (left == 0) return {};
  TargetPointer chosen = pick(healthy.empty() ? failing : healthy, client);
  ++chosen->connections;
  ++chosen->attempts;
  return Lease(*this, std::move(chosen));
}

// One of `from`, which has at least one.
Upstreams::TargetPointer Upstreams::pick(const std::vector<TargetPointer>& from,
                                         const Address& client) {
  if (options_.balance == Balance::source) {
    // The highest hash of both wins (rendezvous): when a target goes, only its clients move.
    std::string host = client.is_ip() ? client.host() : std::string();
    return *std::max_element(from.begin(), from.end(), [&](auto& one, auto& other) {
      return hash_of(host + one->url) < hash_of(host + other->url);
    });
  }
  std::size_t first = turn_++ % from.size();
  TargetPointer best = from[first];
  if (options_.balance == Balance::round_robin) return best;
  for (std::size_t step = 1; step < from.size(); ++step) {
    const TargetPointer& next = from[(first + step) % from.size()];
    if (next->connections < best->connections) best = next;
  }
  return best;
}

// What a connection or a check has met with; `failure` is empty for success.
void Upstreams::note(Target& target, const std::string& failure) {
  std::lock_guard lock(mutex_);
  target.failures += !failure.empty();
  if (options_.check_interval == forever) return;  // nothing would make it healthy again
  if (failure.empty() == target.healthy) {
    target.streak = 0;
    return;
  }
  if (++target.streak < (target.healthy ? options_.fall : options_.rise)) return;
  target.healthy = failure.empty();
  target.streak = 0;
  tell(target.healthy ? Kind::healthy : Kind::failing, target, failure);
}

Task<> Upstreams::check(Network network) {
  auto probe_all = [](Scope& scope, Upstreams* upstreams, Network with) -> Task<> {
    std::lock_guard lock(upstreams->mutex_);
    for (const TargetPointer& target : upstreams->targets_) {
      if (!target->draining) scope.start(upstreams->probe(with, target));
    }
    co_return;
  };
  while (options_.check_interval != forever) {
    co_await with_scope(probe_all, this, network);
    Result<void> slept = co_await attempt(sleep(options_.check_interval));
    if (!slept) co_return;
  }
}

Task<> Upstreams::probe(Network network, TargetPointer target) {
  Context& context = co_await current_context();
  ConnectOptions options = options_.connect;
  if (options_.proxy != ProxyVersion::none) options.preamble = proxy_header(options_.proxy, {});
  Task<Stream> connecting =
      within(options_.check_timeout, bowline::connect(network, target->url, options));
  Result<Stream> stream = co_await attempt(std::move(connecting));
  if (!context.cancelled()) note(*target, stream ? std::string() : stream.error().what());
}

void Upstreams::tell(Kind kind, const Target& target, std::string failure) const {
  if (!options_.observer) return;
  options_.observer({kind, target.url, std::move(failure), target.connections});
}

}  // namespace bowline
