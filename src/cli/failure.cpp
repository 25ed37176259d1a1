#include "cli/failure.h"

#include <fmt/format.h>

#include <cstdio>

namespace bowline::cli {

int fail(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  return error.is(Errc::bad_address) ? 2 : 1;
}

}  // namespace bowline::cli
