// Asking all shards of a server the same thing, from a task on any loop.
#pragma once

#include "bowline/server/shard.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace bowline {

using Shards = std::vector<std::unique_ptr<Shard>>;

// Has `ask` called with each of `shards` and its index, there while that runs and else here, and
// goes on when all were asked. What `ask` keeps of the answers has a place for each of them, and is
// its own: who is cancelled goes on before all have answered.
Task<> survey(const Shards& shards, std::function<void(Shard& shard, std::size_t index)> ask);

}  // namespace bowline
