#include "bowline/sim/world.h"

#include "bowline/base/check.h"
#include "bowline/base/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace bowline::sim {
namespace {

// So many events without any time passing are a loop that never ends.
constexpr std::uint64_t events_at_once_max = 10'000'000;

constexpr std::uint32_t first_address = 0x0A000001;  // 10.0.0.1
constexpr std::uint64_t other_chance = 0x5EED;       // sets the two sources of chance apart

Address parsed(const std::string& text) {
  std::optional<Address> address = Address::parse_ip(text, 0);
  if (address) return *address;
  throw make_error(make_error_code(Errc::bad_address), "make a host at " + text);
}

}  // namespace

struct World::Call final : Event {
  Call(World& in, std::uint64_t at, std::function<void()> what)
      : world(in), number(at), work(std::move(what)) {}
  void happen() override {
    std::unique_ptr<Call> self = std::move(world.calls_.at(number));
    world.calls_.erase(number);
    work();
  }
  World& world;
  std::uint64_t number;
  std::function<void()> work;
};

World::World(WorldOptions options)
    : seed_(options.seed),
      fabric_(options.seed, options.trace),
      random_(options.seed ^ other_chance) {}

World::~World() {
  for (std::unique_ptr<Host>& host : hosts_) host->end_program(true);
}

Host& World::host(std::string_view name, const std::vector<std::string>& addresses) {
  for (std::unique_ptr<Host>& host : hosts_) {
    if (host->name() == name) return *host;
  }
  std::vector<Address> parsed_addresses;
  for (const std::string& address : addresses) parsed_addresses.push_back(parsed(address));
  auto next = first_address + static_cast<std::uint32_t>(hosts_.size());
  while (parsed_addresses.empty()) {
    Address address = Address::ipv4(next++, 0);
    if (!fabric_.system_at(address)) parsed_addresses.push_back(address);
  }
  hosts_.push_back(std::make_unique<Host>(fabric_, std::string(name), std::move(parsed_addresses)));
  return *hosts_.back();
}

bool World::run_until(const std::function<bool()>& done, Duration limit) {
  Time end = later(fabric_.now, limit);
  while (!done()) {
    if (fabric_.agenda.next() > end || fabric_.agenda.next() == never) {
      if (end != never) fabric_.now = end;
      return done();
    }
    step();
  }
  return true;
}

void World::run_for(Duration duration) {
  run_until([] { return false; }, duration);
}

bool World::run(Duration limit) {
  auto ended = [this] {
    return std::none_of(hosts_.begin(), hosts_.end(), [](auto& host) { return host->running(); });
  };
  return run_until(ended, limit);
}

void World::step() {
  if (fabric_.agenda.next() > fabric_.now) {
    fabric_.now = fabric_.agenda.next();
    events_at_once_ = 0;
  }
  if (++events_at_once_ > events_at_once_max) {
    events_at_once_ = 0;
    throw Error(std::make_error_code(std::errc::timed_out),
                "the simulated world stands still: a program is busy and never waits for time");
  }
  fabric_.agenda.take().happen();
}

void World::after(Duration wait, std::function<void()> work) {
  std::uint64_t number = call_count_++;
  auto& call = calls_[number] = std::make_unique<Call>(*this, number, std::move(work));
  fabric_.agenda.set(*call, later(fabric_.now, wait));
}

// A program must not be ended from inside of one of its tasks.
void World::between_turns(std::function<void()> work) {
  if (fabric_.in_turn) return after({}, std::move(work));
  work();
}

Link& World::link(const Host& one, const Host& other) {
  return fabric_.links.between(one.system_.number(), other.system_.number());
}

void World::partition(const std::vector<Host*>& one, const std::vector<Host*>& other) {
  for (Host* near : one) {
    for (Host* far : other) cut(*near, *far);
  }
}

void World::heal() {
  fabric_.links.heal_all();
  for (std::unique_ptr<Host>& host : hosts_) host->resume();
}

void World::reset(const Host& one, const Host& other) {
  one.system_.reset_connections_to(other.system_);
}

void World::crash(Host& host) {
  between_turns([this, &host] {
    fabric_.note(host.name() + " crashes");
    host.end_program(true);
  });
}

void World::kill(Host& host) {
  between_turns([this, &host] {
    fabric_.note(host.name() + " is killed");
    host.end_program(false);
  });
}

void World::restart(Host& host) {
  between_turns([&host] {
    if (host.running()) host.end_program(true);
    host.run_program();
  });
}

void World::pause(Host& host) {
  fabric_.note(host.name() + " pauses");
  host.pause();
}

void World::resume(Host& host) {
  fabric_.note(host.name() + " goes on");
  host.resume();
}

void World::signal(Host& host, int number) {
  between_turns([this, &host, number] {
    if (!host.running()) return;
    fabric_.note(fmt::format("{} gets signal {}", host.name(), number));
    if (!host.system_.signal(number)) kill(host);
  });
}

std::string World::netstat() const {
  constexpr const char* layout = "{:<6} {:<12} {:>7} {:>7} {:<24} {:<24} {}\n";
  std::string text = fmt::format(fmt::runtime(layout), "Proto", "Host", "Recv-Q", "Send-Q",
                                 "Local Address", "Foreign Address", "State");
  for (const std::unique_ptr<Host>& host : hosts_) {
    for (const SocketRow& row : host->system_.rows()) {
      text += fmt::format(fmt::runtime(layout), row.protocol, host->name(), row.received,
                          row.unsent, row.local, row.peer, row.state);
    }
  }
  return text;
}

}  // namespace bowline::sim
