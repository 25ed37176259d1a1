#include "bowline/net/pump.h"

#include "bowline/task/scope.h"

namespace bowline {
namespace {

Task<> copy_and_end(Stream& from, Stream& to, std::uint64_t& total) {
  total = co_await copy(from, to);
  co_await to.write_end();
}

Task<> both_ways(Scope& scope, Stream* left, Stream* right, Pumped* pumped) {
  scope.start(copy_and_end(*left, *right, pumped->forward));
  scope.start(copy_and_end(*right, *left, pumped->backward));
  co_return;
}

}  // namespace

Task<std::uint64_t> copy(Stream& from, Stream& to) {
  std::uint64_t total = 0;
  while (Chunk chunk = co_await from.read_some()) {
    co_await to.write_all(chunk);
    total += chunk.size();
  }
  co_return total;
}

Task<Pumped> pump(Stream& left, Stream& right) {
  Pumped pumped;
  co_await with_scope(both_ways, &left, &right, &pumped);
  co_return pumped;
}

}  // namespace bowline
