#include "bowline/sim/fault.h"

#include "bowline/sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bowline::sim {
namespace {

using Kind = Fault::Kind;
using std::chrono::milliseconds;

constexpr std::array<const char*, 15> names = {
    "cut",        "crash",      "kill",     "pause",         "reset",
    "slow link",  "lossy link", "short io", "small buffers", "refused",
    "no handles", "no names",   "lose",     "duplicate",     "reorder"};

bool strikes_host(Kind kind) {
  return kind == Kind::crash || kind == Kind::kill || kind == Kind::pause;
}

void change(Link& link, Kind kind) {
  switch (kind) {
    case Kind::cut:
      link.cut = true;
      break;
    case Kind::slow_link:
      link.latency *= 100;
      link.jitter = link.latency;
      break;
    case Kind::lossy_link:
      link.loss = 0.2;
      break;
    case Kind::short_io:
      link.short_reads = link.short_writes = 0.8;
      break;
    case Kind::small_buffers:
      link.send_buffer = link.receive_buffer = 16;
      break;
    case Kind::refused:
      link.connecting = Connecting::refused;
      break;
    case Kind::lose:
      link.datagram_loss = 0.5;
      break;
    case Kind::duplicate:
      link.duplicates = 0.5;
      break;
    case Kind::reorder:
      link.reorders = 0.5;
      break;
    default:
      break;
  }
}

// Only what `kind` changed goes back: other faults of the link may still last.
void change_back(Link& link, const Link& before, Kind kind) {
  switch (kind) {
    case Kind::cut:
      link.cut = before.cut;
      break;
    case Kind::slow_link:
      link.latency = before.latency;
      link.jitter = before.jitter;
      break;
    case Kind::lossy_link:
      link.loss = before.loss;
      break;
    case Kind::short_io:
      link.short_reads = before.short_reads;
      link.short_writes = before.short_writes;
      break;
    case Kind::small_buffers:
      link.send_buffer = before.send_buffer;
      link.receive_buffer = before.receive_buffer;
      break;
    case Kind::refused:
      link.connecting = before.connecting;
      break;
    case Kind::lose:
      link.datagram_loss = before.datagram_loss;
      break;
    case Kind::duplicate:
      link.duplicates = before.duplicates;
      break;
    case Kind::reorder:
      link.reorders = before.reorders;
      break;
    default:
      break;
  }
}

void strike_host(World& world, Host& host, const Fault& fault) {
  switch (fault.kind) {
    case Kind::pause:
      world.pause(host);
      return world.after(fault.lasting, [&] { world.resume(host); });
    case Kind::crash:
    case Kind::kill:
      if (!host.running()) return;
      fault.kind == Kind::crash ? world.crash(host) : world.kill(host);
      return world.after(fault.lasting, [&] {
        if (!host.running()) world.restart(host);
      });
    case Kind::no_handles:
      host.rules().accept_error = EMFILE;
      return world.after(fault.lasting, [&] { host.rules().accept_error = 0; });
    default:
      host.rules().lookup_failures = 1;
      return world.after(fault.lasting, [&] { host.rules().lookup_failures = 0; });
  }
}

// The faults that links have now. Shared by what begins and ends them, as long as any is to come.
using Active = std::vector<std::pair<const Link*, Kind>>;

void strike_link(World& world, Link& link, const Fault& fault,
                 const std::shared_ptr<Active>& active) {
  std::pair<const Link*, Kind> entry(&link, fault.kind);
  if (std::find(active->begin(), active->end(), entry) != active->end()) return;
  active->push_back(entry);
  Link before = link;
  change(link, fault.kind);
  world.after(fault.lasting, [&link, before, entry, active] {
    change_back(link, before, entry.second);
    std::erase(*active, entry);
  });
}

void strike(World& world, const Fault& fault, const std::vector<std::string>& spared,
            const std::shared_ptr<Active>& active) {
  std::size_t count = world.hosts().size();
  if (count == 0) return;
  Host& host = *world.hosts()[fault.host % count];
  bool is_spared = std::find(spared.begin(), spared.end(), host.name()) != spared.end();
  if (strikes_host(fault.kind) && is_spared) return;
  if (strikes_host(fault.kind) || fault.kind == Kind::no_handles || fault.kind == Kind::no_names) {
    world.fabric().note(fmt::format("fault: {} of {}", fault.text(), host.name()));
    return strike_host(world, host, fault);
  }
  if (count < 2) return;
  Host& other = *world.hosts()[(fault.host % count + 1 + fault.other % (count - 1)) % count];
  world.fabric().note(fmt::format("fault: {}, {} and {}", fault.text(), host.name(), other.name()));
  if (fault.kind == Kind::reset) return world.reset(host, other);
  strike_link(world, world.link(host, other), fault, active);
}

}  // namespace

std::string Fault::text() const {
  return fmt::format("{} at {} s for {} s", names[static_cast<std::size_t>(kind)], seconds_text(at),
                     seconds_text(lasting));
}

std::vector<Fault> choose_faults(Random& random, const FaultPlan& plan) {
  auto span = static_cast<std::uint64_t>(plan.span.count());
  std::vector<Fault> faults;
  for (std::size_t index = 0; index < plan.count; ++index) {
    std::size_t kind = plan.kinds.empty()
                           ? random.below(names.size())
                           : static_cast<std::size_t>(plan.kinds[random.below(plan.kinds.size())]);
    Duration at(random.below(span));
    Duration longest = plan.span - at;
    // Mostly short: the square of an even chance.
    auto share = static_cast<double>(random.below(1000)) / 1000;
    Duration lasting(static_cast<std::int64_t>(share * share * double(longest.count())));
    faults.push_back({static_cast<Kind>(kind), at, std::min(longest, lasting + milliseconds(1)),
                      random.next(), random.next()});
  }
  auto earlier = [](const Fault& one, const Fault& other) { return one.at < other.at; };
  std::stable_sort(faults.begin(), faults.end(), earlier);
  return faults;
}

void schedule(World& world, const std::vector<Fault>& faults,
              const std::vector<std::string>& spared) {
  auto active = std::make_shared<Active>();
  for (const Fault& fault : faults) {
    world.after(std::max(Duration(), fault.at - world.elapsed()),
                [&world, fault, spared, active] { strike(world, fault, spared, active); });
  }
}

}  // namespace bowline::sim
