#include "bowline/sim/host.h"

#include "bowline/base/check.h"

#include <algorithm>

namespace bowline::sim {
namespace {

constexpr int ending_turns_max = 1'000'000;

}  // namespace

Host::Host(Fabric& fabric, std::string name, std::vector<Address> addresses)
    : fabric_(fabric),
      loop_(std::make_unique<SimBackend>(fabric, std::move(name), std::move(addresses))),
      system_(static_cast<SimBackend&>(loop_.backend())) {
  system_.set_turn(*this);
}

Host::~Host() {
  BOWLINE_CHECK(!running());
}

Address Host::address(std::uint16_t port) const {
  return system_.addresses().front().with_port(port);
}

void Host::start_program(std::function<Task<>(Loop&)> program) {
  BOWLINE_CHECK(!running());
  program_ = std::move(program);
  run_program();
}

void Host::run_program() {
  BOWLINE_CHECK(program_);
  fabric_.note(name() + " starts");
  paused_ = false;
  system_.begin_program();
  loop_.begin(program_(loop_));
  fabric_.agenda.set_by(*this, fabric_.now);
}

void Host::happen() {
  if (paused_ || !running()) return;
  if (fabric_.now < busy_until_) return fabric_.agenda.set(*this, busy_until_);
  busy_until_ = fabric_.now + rules().turn_time;
  struct Turn {
    bool& flag;
    ~Turn() { flag = false; }
  } turn{fabric_.in_turn};
  turn.flag = true;
  bool goes_on = loop_.turn();
  fabric_.agenda.clear(*this);
  if (goes_on) return set_next_turn();
  fabric_.note(name() + " ends");
}

void Host::set_next_turn() {
  Time next = loop_.next_turn();
  if (system_.has_answers()) next = Time();
  if (next != never) fabric_.agenda.set(*this, std::max(next, fabric_.now));
}

void Host::resume() {
  paused_ = false;
  if (running()) fabric_.agenda.set_by(*this, fabric_.now);
}

// The tasks are cancelled and end with a network that does nothing any more. What they throw
// meanwhile is nobody's concern.
void Host::end_program(bool power_lost) {
  if (!running()) return system_.set_up(!power_lost && is_up());
  system_.end_program(power_lost);
  loop_.cancel();
  try {
    for (int turns = 0; loop_.turn(); ++turns) {
      bool waits = loop_.next_turn() != Time() && !system_.has_answers();
      BOWLINE_CHECK(!waits && turns < ending_turns_max);  // a task goes on after it was cancelled
    }
  } catch (...) {
  }
  fabric_.agenda.clear(*this);
}

}  // namespace bowline::sim
