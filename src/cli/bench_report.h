// What a benchmark found, in words for people and as JSON for programs. Only what was measured is
// told; how it failed goes to standard error as well.
#pragma once

#include "cli/bench_run.h"

#include <string>

namespace bowline::cli {

// Several lines, each with its end. The failure is not among them: it goes to standard error.
std::string bench_text(const BenchOptions& options, const BenchResult& result);

// One object on one line; times in microseconds, `error` null or what went wrong.
std::string bench_json(const BenchOptions& options, const BenchResult& result);

// How far it has come: part of a line.
std::string bench_progress_text(const BenchOptions& options, const BenchProgress& progress,
                                double answers_per_second);

// "812 ns", "54.3 us", "1.20 ms", "12.0 s": three digits.
std::string short_duration(double nanoseconds);
// "1,234,567"
std::string with_commas(std::uint64_t number);

}  // namespace bowline::cli
