// How `serve` and `relay` run: all mistakes are told at once, and nothing begins; --check is no
// more than that.
#pragma once

#include "cli/config_file.h"
#include "cli/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace bowline::cli {

// Gives the exit code. `values` are those of `options`, as texts; Running is the server.
template <class Running, class Options>
int run_until_stopped(const Options& options, OptionValues values) {
  constexpr int wrong_usage = 2;
  auto parts = load_parts(options);
  int exit_code = 0;
  for (const Error& mistake : parts.mistakes) exit_code = std::max(exit_code, fail(mistake));
  if (exit_code != 0) return options.check ? wrong_usage : exit_code;
  try {
    Running running(options, std::move(values), parts);
    if (options.check) {
      const std::string& path = options.config.path;
      fmt::print("{}\n", path.empty() ? "ok" : path + ": ok");
    } else {
      running.run();
    }
    return 0;
  } catch (const Error& error) {
    exit_code = fail(error);
    return options.check ? wrong_usage : exit_code;
  }
}

}  // namespace bowline::cli
