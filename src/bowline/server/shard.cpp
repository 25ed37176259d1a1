#include "bowline/server/shard.h"

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

}  // namespace

// One connection that is opened, or handled; its failure ends nothing else. There are many, so it
// is small.
class Shard::Session final : public Child {
 public:
  // `transport`: of the connection; null when the handler has closed it already.
  Session(Sessions& sessions, const Arrival& arrival, Time begin, Transport* transport,
          Task<> serving, bool opening);
  ~Session() override {
    if (transport_) transport_->be_known_at(nullptr);
  }

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
  using Child::cancel;

 private:
  void ended(std::exception_ptr failure) override;

  Transport* transport_ = nullptr;  // while it is there
  std::uint64_t number_ : 40;
  std::uint64_t ticket_ : Headcount::ticket_bits;
  std::uint64_t quiet_looks_ : 3 = 0;
  std::uint64_t opening_ : 1;
  std::int64_t begin_us_ : 52;
  std::uint64_t endpoint_ : 12;
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

// What opens a connection says itself how that ended, unless it threw what is no Error.
void Shard::Session::ended(std::exception_ptr failure) {
  if (opening_ && !failure) return;
  static_cast<Sessions&>(scope()).shard.ended(arrival(), begin(), text_of(failure));
}

void Shard::begin(const Arrival& arrival, Stream stream) {
  if (!sessions_) return headcount_->leave(arrival.ticket);  // it came too late
  const ServerEndpoint& endpoint = *(*endpoints_)[arrival.endpoint];
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
  Task<Stream> opening = opener(network_, std::move(stream));
  Result<Stream> opened = co_await attempt(std::move(opening));
  if (opened && *opened && sessions_) {
    begin_handler(arrival, begin, std::move(*opened));
  } else {
    ended(arrival, begin, opened ? std::string() : opened.error().what());
  }
}

void Shard::begin_handler(const Arrival& arrival, Time begin, Stream stream) {
  Transport* transport = nullptr;
  stream.transport().be_known_at(&transport);
  Task<> handling = handle((*endpoints_)[arrival.endpoint]->handler, std::move(stream));
  sessions_->start(
      std::make_unique<Session>(*sessions_, arrival, begin, transport, std::move(handling), false));
}

void Shard::ended(const Arrival& arrival, Time begin, std::string failure) {
  headcount_->leave(arrival.ticket);
  if (*observer_) {
    const std::string& service = (*endpoints_)[arrival.endpoint]->service;
    Duration duration = network_.now() - begin;
    (*observer_)({Kind::closed, arrival.number, {}, service, std::move(failure), duration});
  }
  // An opening is still in the scope when it says that it has ended.
  if (draining_ && sessions_ && sessions_->count() <= 1) woken_.open();
}

Task<> Shard::run() {
  Context& context = co_await current_context();
  Sessions sessions(context, *this);
  sessions_ = &sessions;
  Duration period = limits_.idle_timeout == forever
                        ? forever
                        : std::max(limits_.idle_timeout / sweeps, sweep_pause_min);
  while (!draining_ && !context.cancelled()) {
    Result<void> woken = co_await attempt(within(period, woken_.passed()));
    if (!draining_) end_idle();
  }
  if (!context.cancelled()) co_await drain_sessions(context);
  cut_ = sessions.count();
  sessions_ = nullptr;
  sessions.cancel();
  co_await sessions.join();
}

void Shard::end_idle() {
  sessions_->for_each([this](Session& session) {
    unsigned looks = session.look();
    if (looks == sweeps) session.end_input("nothing was sent for too long");
    if (looks == looks_max) session.cancel(Ending::timed_out(limits_.idle_timeout));
  });
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

}  // namespace bowline
