#include "bowline/sim/story.h"

#include <errno.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace bowline::sim {
namespace {

constexpr std::uint64_t fault_chance = 0xFA17;  // sets the choice of faults apart from the world's
constexpr std::size_t shown_lines = 25;

struct Telling {
  const StoryOptions& options;
  const std::function<void(World&)>& body;

  // What the story throws with this seed and these faults, if anything; the end of its trace with
  // it.
  std::optional<std::string> fails(std::uint64_t seed, const std::vector<Fault>& faults,
                                   Tracing tracing, std::string* trace) const {
    World world({.seed = seed, .trace = tracing});
    schedule(world, faults, options.spared);
    std::optional<std::string> failure;
    try {
      body(world);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (trace) *trace = world.fabric().trace.last_lines(shown_lines);
    return failure;
  }
};

std::optional<std::uint64_t> number_of(const char* variable) {
  const char* text = std::getenv(variable);
  if (!text) return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

// The faults whose places are named in BOWLINE_FAULTS, or all.
std::vector<std::size_t> wanted_faults(std::size_t count) {
  std::vector<std::size_t> wanted;
  const char* text = std::getenv("BOWLINE_FAULTS");
  if (!text) {
    for (std::size_t index = 0; index < count; ++index) wanted.push_back(index);
    return wanted;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t index = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (error == std::errc() && index < count) wanted.push_back(index);
    std::size_t comma = rest.find(',');
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return wanted;
}

std::vector<Fault> those(const std::vector<Fault>& all, const std::vector<std::size_t>& wanted) {
  std::vector<Fault> faults;
  for (std::size_t index : wanted) faults.push_back(all[index]);
  return faults;
}

// Leaves out one fault after the other, as long as the story still fails without it.
std::vector<std::size_t> shrink(const Telling& telling, std::uint64_t seed,
                                const std::vector<Fault>& all, std::vector<std::size_t> wanted) {
  if (telling.fails(seed, {}, Tracing::off, nullptr)) return {};
  for (std::size_t index = wanted.size(); index-- > 0;) {
    std::vector<std::size_t> fewer = wanted;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(index));
    if (telling.fails(seed, those(all, fewer), Tracing::off, nullptr)) wanted = std::move(fewer);
  }
  return wanted;
}

std::string report_text(std::string_view name, const StoryOptions& options,
                        const StoryResult& result, const std::vector<std::size_t>& wanted,
                        const std::string& trace) {
  std::string numbers;
  for (std::size_t index : wanted)
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", index);
  std::string arguments =
      options.arguments.empty() ? fmt::format("--gtest_filter={}", name) : options.arguments;
  std::string text = fmt::format("{} fails with seed {}: {}\n", name, result.seed, result.failure);
  text += fmt::format("repeat: BOWLINE_SEED={} BOWLINE_FAULTS={} {} {}\n", result.seed, numbers,
                      ::program_invocation_name, arguments);
  text += wanted.empty() ? "it needs no faults to fail\n" : "faults it needs to fail:\n";
  for (const Fault& fault : result.faults) text += fmt::format("  {}\n", fault.text());
  return text + "the end of its trace:\n" + trace;
}

}  // namespace

StoryResult tell(std::string_view name, const StoryOptions& options,
                 const std::function<void(World&)>& body) {
  Telling telling{options, body};
  std::optional<std::uint64_t> only = number_of("BOWLINE_SEED");
  std::uint64_t first = only.value_or(options.first_seed);
  std::size_t count = only ? 1 : number_of("BOWLINE_SEEDS").value_or(options.seeds);
  StoryResult result;
  for (std::uint64_t seed = first; seed - first < count; ++seed) {
    Random random(seed ^ fault_chance);
    std::vector<Fault> all = choose_faults(random, options.faults);
    std::vector<std::size_t> wanted = wanted_faults(all.size());
    ++result.seeds;
    if (!telling.fails(seed, those(all, wanted), Tracing::off, nullptr)) continue;
    wanted = shrink(telling, seed, all, wanted);
    result.passed = false;
    result.seed = seed;
    result.faults = those(all, wanted);
    std::string trace;
    auto failure = telling.fails(seed, result.faults, Tracing::text, &trace);
    result.failure =
        failure.value_or("it does not fail again: the story depends on more than seed");
    result.report = report_text(name, options, result, wanted, trace);
    break;
  }
  return result;
}

void require(bool holds, std::string_view text) {
  if (!holds) throw std::runtime_error(std::string(text));
}

}  // namespace bowline::sim
