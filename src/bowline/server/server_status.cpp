#include "bowline/server/server.h"
#include "bowline/server/survey.h"
#include "bowline/task/wait.h"

#include <algorithm>
#include <atomic>
#include <iterator>

namespace bowline {
namespace {

// Does something to one connection: the shard that has it says true.
using Change = std::function<bool(Shard& shard)>;

Task<bool> change_in_one(const Shards& shards, Change change) {
  auto done = std::make_shared<std::atomic<bool>>(false);
  Task<> asked = survey(shards, [done, change](Shard& shard, std::size_t) {
    if (change(shard)) *done = true;
  });
  co_await asked;
  co_return *done;
}

}  // namespace

void ServiceCounts::add_to(ServiceStatus& status) const {
  status.open += open;
  status.accepted += accepted;
  status.opened += opened;
  status.opening.add(opening);
  for (const auto& [name, count] : failures) status.failures[name] += count;
  status.bytes_received += traffic.bytes_received;
  status.bytes_sent += traffic.bytes_sent;
  status.messages_received += traffic.messages_received;
  status.messages_sent += traffic.messages_sent;
  status.dropped += traffic.dropped;
  status.answers.add(traffic.answers);
}

void Server::note(const std::function<void(Standing& standing)>& change) {
  std::lock_guard lock(standing_.mutex);
  change(standing_);
}

Task<ServerStatus> Server::status() {
  using Parts = std::vector<std::vector<ServiceCounts>>;
  Network here = co_await current_network();
  auto parts = std::make_shared<Parts>(shards_.size());
  Task<> asked = survey(
      shards_, [parts](Shard& shard, std::size_t index) { (*parts)[index] = shard.counts(); });
  co_await asked;
  ServerStatus status;
  note([&](Standing& standing) {
    status = standing.status;
    if (standing.begin) status.uptime = std::max(here.now() - *standing.begin, Duration());
  });
  for (const std::vector<ServiceCounts>& part : *parts) {
    for (std::size_t index = 0; index < part.size(); ++index) {
      part[index].add_to(status.services[index]);
    }
  }
  co_return status;
}

Task<std::vector<std::size_t>> Server::silent_loops(Duration limit) {
  auto answered = std::make_shared<std::vector<std::atomic<bool>>>(shards_.size());
  Task<> asking =
      survey(shards_, [answered](Shard&, std::size_t index) { (*answered)[index] = true; });
  Result<void> asked = co_await attempt(within(limit, std::move(asking)));
  if (!asked && !asked.error().timed_out()) throw asked.error();
  std::vector<std::size_t> silent;
  for (std::size_t index = 0; index < answered->size(); ++index) {
    if (!(*answered)[index]) silent.push_back(index);
  }
  co_return silent;
}

Task<std::vector<ConnectionStatus>> Server::connections() {
  using Parts = std::vector<std::vector<ConnectionStatus>>;
  auto parts = std::make_shared<Parts>(shards_.size());
  Task<> asked = survey(
      shards_, [parts](Shard& shard, std::size_t index) { (*parts)[index] = shard.connections(); });
  co_await asked;
  std::vector<ConnectionStatus> all;
  for (std::vector<ConnectionStatus>& part : *parts) {
    all.insert(all.end(), std::move_iterator(part.begin()), std::move_iterator(part.end()));
  }
  co_return all;
}

Task<bool> Server::end_connection(std::uint64_t number, std::string why, bool now) {
  Change end = [number, why = std::move(why), now](Shard& shard) {
    return shard.end_connection(number, why, now);
  };
  co_return co_await change_in_one(shards_, std::move(end));
}

Task<bool> Server::trace(std::uint64_t number, Tracer tracer) {
  Change begin = [number, tracer = std::move(tracer)](Shard& shard) {
    return shard.trace(number, tracer);
  };
  co_return co_await change_in_one(shards_, std::move(begin));
}

}  // namespace bowline
