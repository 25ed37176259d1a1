#include "bowline/client/race.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"

#include <algorithm>

namespace bowline {
namespace {

struct Runners {
  Runners(Network to, std::vector<Address> places) : network(to), addresses(std::move(places)) {}

  Network network;
  std::vector<Address> addresses;
  std::size_t started = 0;
  std::size_t failed = 0;
  std::size_t first_failed = ~std::size_t(0);
  std::optional<Error> failure;
  std::optional<Stream> winner;
};

Task<> run_next(Scope& scope, Runners* runners);

// Lets the next address join after the head start, unless a failure brought it in before.
Task<> wait_for_turn(Scope& scope, Runners* runners, std::size_t turn) {
  Result<void> slept = co_await attempt(sleep(head_start));
  if (slept && runners->started == turn) scope.start(run_next(scope, runners));
}

Task<> run_next(Scope& scope, Runners* runners) {
  std::size_t turn = runners->started++;
  bool last = runners->started == runners->addresses.size();
  if (!last) scope.start(wait_for_turn(scope, runners, turn + 1));
  Result<Stream> stream = co_await attempt(runners->network.connect(runners->addresses[turn]));
  if (stream) {
    if (!runners->winner) runners->winner = std::move(*stream);
    scope.cancel();
    co_return;
  }
  if (turn < runners->first_failed) {
    runners->first_failed = turn;
    runners->failure = stream.error();
  }
  ++runners->failed;
  if (runners->failed == runners->addresses.size()) scope.cancel();
  if (!last && runners->started == turn + 1) scope.start(run_next(scope, runners));
}

}  // namespace

std::vector<Address> interleave(const std::vector<Address>& addresses) {
  std::vector<Address> one;
  std::vector<Address> other;
  for (const Address& address : addresses) {
    (address.family() == addresses.front().family() ? one : other).push_back(address);
  }
  std::vector<Address> turns;
  for (std::size_t index = 0; index < std::max(one.size(), other.size()); ++index) {
    if (index < one.size()) turns.push_back(one[index]);
    if (index < other.size()) turns.push_back(other[index]);
  }
  return turns;
}

Task<Stream> race(Network network, std::vector<Address> addresses) {
  BOWLINE_CHECK(!addresses.empty());
  Runners runners(network, interleave(addresses));
  co_await with_scope(run_next, &runners);
  if (!runners.winner) throw *runners.failure;
  co_return std::move(*runners.winner);
}

}  // namespace bowline
