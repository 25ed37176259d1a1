// run(main): a loop for a program's own tasks.
//
//   Task<> talk(Network network) { ... }
//   int main() { return run(talk); }
#pragma once

#include "bowline/net/network.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bowline {

// Runs `main` on a loop of this thread until it has ended. An exception out of it goes to stderr as
// "error: ...". Gives the exit code for main(): 0, or 1 after an exception.
int run(std::function<Task<>(Network)> main, std::string backend = {});

// A loop on the backend of this name (see make_backend), for programs that run their own. Throws
// Error for a name that is unknown.
std::unique_ptr<Loop> make_loop(std::string_view backend = {}, Duration spin = automatic_spin);

}  // namespace bowline
