#include "bowline/server/shard.h"

#include "bowline/auth/identity.h"
#include "bowline/task/wait.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace bowline {
namespace {

using Kind = ServerEvent::Kind;

// A limit on silence is kept by looking so often while it lasts.
constexpr unsigned sweeps = 4;
// No more often than that.
constexpr Duration sweep_pause_min = std::chrono::milliseconds(1);
// Who is still there when it was looked for so often, and is silent, did not hear of its end.
constexpr unsigned looks_max = 7;

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

int clamped(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

// Why a connection ended before its time; nothing where it did not.
struct Shard::Failure {
  std::string_view name;
  std::string text;

  static Failure of(const std::exception_ptr& failure) {
    if (!failure) return {};
    try {
      std::rethrow_exception(failure);
    } catch (const std::system_error& error) {
      return {error_name(error.code()), error.what()};
    } catch (const std::exception& error) {
      return {"exception", error.what()};
    } catch (...) {
      return {"exception", "the handler threw something that is no std::exception"};
    }
  }
};

// One connection that is opened, or handled; its failure ends nothing else. There are many, so it
// is small.
class Shard::Session final : public Child {
 public:
  // `transport`: of the connection; null when the handler has closed it already.
  Session(Sessions& sessions, const Arrival& arrival, Time begin, Transport* transport,
          Task<> serving, bool opening);
  ~Session() override;

  Arrival arrival() const { return {endpoint_, number_, static_cast<Headcount::Ticket>(ticket_)}; }
  Time begin() const { return Time(std::chrono::microseconds(begin_us_)); }
  // How many looks ago something happened, this one being the first.
  unsigned look() {
    bool silent = transport_ && !transport_->take_activity();
    quiet_looks_ = silent ? std::min<unsigned>(quiet_looks_ + 1, looks_max) : 0;
    return quiet_looks_;
  }
  void forget_looks() {
    look();
    quiet_looks_ = 0;
  }
  void begin_drain() {
    forget_looks();
    if (transport_) transport_->begin_drain();
  }
  void end_input(std::string_view why) {
    if (transport_) transport_->end_input(why);
  }
  std::uint64_t number() const { return number_; }
  Tap* tap() const { return transport_ ? find_transport<Tap>(*transport_) : nullptr; }
  ConnectionStatus status() const;
  using Child::cancel;

 private:
  Shard& shard() const;
  void ended(std::exception_ptr failure) override;

  Transport* transport_ = nullptr;  // while it is there
  std::uint64_t number_ : 40;
  std::uint64_t ticket_ : Headcount::ticket_bits;
  std::uint64_t quiet_looks_ : 3 = 0;
  std::uint64_t opening_ : 1;
  std::int64_t begin_us_ : 52;
  std::uint64_t endpoint_ : Shard::endpoint_bits;
};

class Shard::Sessions : public Scope {
 public:
  Sessions(Context& context, Shard& of) : Scope(context), shard(of) {}

  template <class F>
  void for_each(F what) {
    Scope::for_each([&](Child& child) { what(static_cast<Session&>(child)); });
  }

  Shard& shard;
};

Shard::Session::Session(Sessions& sessions, const Arrival& arrival, Time begin,
                        Transport* transport, Task<> serving, bool opening)
    : Child(sessions, std::move(serving)),
      number_(arrival.number),
      ticket_(arrival.ticket),
      opening_(opening),
      begin_us_(std::chrono::floor<std::chrono::microseconds>(begin).time_since_epoch().count()),
      endpoint_(arrival.endpoint) {
  if (transport) transport->be_known_at(&transport_);
}

// A stream may outlive its handler, but not what this counts.
Shard::Session::~Session() {
  if (Tap* tapped = tap()) tapped->leave();
  if (transport_) transport_->be_known_at(nullptr);
}

Shard& Shard::Session::shard() const {
  return static_cast<Sessions&>(scope()).shard;
}

// What opens a connection says itself how that ended, unless it threw what is no Error.
void Shard::Session::ended(std::exception_ptr failure) {
  if (opening_ && !failure) return;
  shard().ended(arrival(), begin(), Failure::of(failure));
}

ConnectionStatus Shard::Session::status() const {
  ConnectionStatus status;
  Time now = shard().network_.now();
  status.number = number_;
  status.service = (*shard().endpoints_)[endpoint_]->service;
  status.opening = opening_;
  status.age = now - begin();
  if (!transport_) return status;
  status.url = transport_->url();
  status.queued = transport_->queued();
  if (const Identity* who = identity_of(*transport_)) status.user = who->name;
  Tap* tapped = tap();
  if (!tapped) return status;
  status.idle = std::max(now - tapped->last_use(), Duration());
  status.bytes_received = tapped->traffic().bytes_received;
  status.bytes_sent = tapped->traffic().bytes_sent;
  status.messages_received = tapped->traffic().messages_received;
  status.messages_sent = tapped->traffic().messages_sent;
  status.traced = tapped->is_traced();
  return status;
}

void Shard::begin(const Arrival& arrival, Stream stream) {
  if (!sessions_) return headcount_->leave(arrival.ticket);  // it came too late
  const ServerEndpoint& endpoint = *(*endpoints_)[arrival.endpoint];
  ServiceCounts& counts = counts_[arrival.endpoint];
  ++counts.accepted;
  ++counts.open;
  if (*observer_) {
    (*observer_)({Kind::accepted, arrival.number, stream.peer_url(), endpoint.service});
  }
  if (limits_.output_max > 0) {
    stream.transport().set_option(Option::send_buffer_size, clamped(limits_.output_max));
  }
  Time now = network_.now();
  if (!endpoint.opener) return begin_handler(arrival, now, std::move(stream));
  Transport* transport = &stream.transport();
  Task<> opening = open(arrival, now, std::move(stream));
  sessions_->start(
      std::make_unique<Session>(*sessions_, arrival, now, transport, std::move(opening), true));
}

// The handler begins as a task of its own, so that what the opening took is gone by then.
Task<> Shard::open(Arrival arrival, Time begin, Stream stream) {
  const Opener& opener = (*endpoints_)[arrival.endpoint]->opener;
  Task<Stream> opening = opener(network_, std::move(stream), open_options_);
  Result<Stream> opened = co_await attempt(std::move(opening));
  if (opened && *opened && sessions_) {
    counts_[arrival.endpoint].opening.record(network_.now() - begin);
    begin_handler(arrival, begin, std::move(*opened));
  } else {
    Failure failure;
    if (!opened) failure = {error_name(opened.error().code()), opened.error().what()};
    ended(arrival, begin, std::move(failure));
  }
}

void Shard::begin_handler(const Arrival& arrival, Time begin, Stream stream) {
  ServiceCounts& counts = counts_[arrival.endpoint];
  ++counts.opened;
  if (*observer_) tell_who(arrival, stream);
  if (observe_ || limits_.bytes_per_second > 0 || limits_.messages_per_second > 0) {
    TapRates rates{TokenBucket(limits_.bytes_per_second, limits_.rate_burst),
                   TokenBucket(limits_.messages_per_second, limits_.rate_burst)};
    stream = Tap::on(std::move(stream), network_.loop(), counts.traffic, rates);
  }
  Transport* transport = nullptr;
  stream.transport().be_known_at(&transport);
  Task<> handling = handle((*endpoints_)[arrival.endpoint]->handler, std::move(stream));
  sessions_->start(
      std::make_unique<Session>(*sessions_, arrival, begin, transport, std::move(handling), false));
}

void Shard::tell_who(const Arrival& arrival, Stream& stream) {
  const Identity* who = identity_of(stream);
  if (!who) return;
  const std::string& service = (*endpoints_)[arrival.endpoint]->service;
  ServerEvent event{Kind::identified, arrival.number, stream.peer_url(), service};
  event.user = who->name;
  (*observer_)(event);
}

void Shard::ended(const Arrival& arrival, Time begin, Failure failure) {
  headcount_->leave(arrival.ticket);
  ServiceCounts& counts = counts_[arrival.endpoint];
  --counts.open;
  if (!failure.name.empty()) ++counts.failures[std::string(failure.name)];
  if (*observer_) {
    const std::string& service = (*endpoints_)[arrival.endpoint]->service;
    Duration duration = network_.now() - begin;
    (*observer_)({Kind::closed, arrival.number, {}, service, std::move(failure.text), duration});
  }
  // An opening is still in the scope when it says that it has ended.
  if (draining_ && sessions_ && sessions_->count() <= 1) woken_.open();
}

Task<> Shard::run() {
  Context& context = co_await current_context();
  Sessions sessions(context, *this);
  Scope farewells(context);
  inbox_.put([&] {  // others may be asking already
    counts_.resize(endpoints_->size());
    sessions_ = &sessions;
    farewells_ = &farewells;
  });
  inbox_.open();
  while (!draining_ && !context.cancelled()) {
    Duration period = limits_.idle_timeout == forever
                          ? forever
                          : std::max(limits_.idle_timeout / sweeps, sweep_pause_min);
    Result<void> woken = co_await attempt(within(period, woken_.passed()));
    if (woken && !draining_) woken_.close();
    if (!woken && !draining_) end_idle();
  }
  if (!context.cancelled()) co_await drain_sessions(context);
  cut_ = sessions.count();
  sessions_ = nullptr;
  farewells_ = nullptr;
  sessions.cancel();
  farewells.cancel();
  co_await sessions.join();
  co_await farewells.join();
  inbox_.close();
}

void Shard::end_idle() {
  sessions_->for_each([this](Session& session) {
    unsigned looks = session.look();
    if (looks == sweeps) session.end_input("nothing was sent for too long");
    if (looks == looks_max) session.cancel(Ending::timed_out(limits_.idle_timeout));
  });
}

void Shard::set_limits(const ServerLimits& limits) {
  Duration before = std::exchange(limits_, limits).idle_timeout;
  open_options_.obey(limits);
  // Else the looks go on at the times they had.
  if (limits.idle_timeout != before && !draining_) woken_.open();
}

void Shard::drain() {
  draining_ = true;
  woken_.open();
}

Task<> Shard::drain_sessions(Context& context) {
  Time begin = network_.now();
  Time half = later(begin, limits_.drain_timeout / 2);
  Time end = later(begin, limits_.drain_timeout);
  sessions_->for_each([](Session& session) { session.begin_drain(); });
  bool all_told = false;
  for (Time now = begin; sessions_->count() > 0 && now < end && !context.cancelled();) {
    woken_.close();
    Duration wait = std::max(std::min(limits_.drain_quiet / sweeps, end - now), sweep_pause_min);
    Result<void> woken = co_await attempt(within(wait, woken_.passed()));
    now = network_.now();
    bool tell_all = now >= half && !std::exchange(all_told, true);
    sessions_->for_each([&](Session& session) {
      if (session.look() == sweeps || tell_all) session.end_input("the server is going away");
    });
  }
}

Shard::Session* Shard::find(std::uint64_t number) const {
  Session* found = nullptr;
  if (!sessions_) return found;
  sessions_->for_each([&](Session& session) {
    if (session.number() == number) found = &session;
  });
  return found;
}

std::vector<ConnectionStatus> Shard::connections() const {
  std::vector<ConnectionStatus> all;
  if (!sessions_) return all;
  all.reserve(sessions_->count());
  sessions_->for_each([&](Session& session) { all.push_back(session.status()); });
  return all;
}

bool Shard::end_connection(std::uint64_t number, std::string_view why, bool now) {
  Session* session = find(number);
  if (!session) return false;
  session->end_input(why);
  if (now) {
    session->cancel(Ending::cancelled());
  } else {
    farewells_->start(see_off(number));
  }
  return true;
}

// Who was told has as long as in a drain.
Task<> Shard::see_off(std::uint64_t number) {
  Result<void> slept = co_await attempt(sleep(limits_.drain_timeout / 2));
  Session* session = slept ? find(number) : nullptr;
  if (session) session->cancel(Ending::cancelled());
}

bool Shard::trace(std::uint64_t number, Tracer tracer) {
  Session* session = find(number);
  Tap* tap = session ? session->tap() : nullptr;
  if (tap) tap->trace(number, std::move(tracer));
  return tap != nullptr;
}

}  // namespace bowline
