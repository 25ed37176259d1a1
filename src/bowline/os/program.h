// The program that this process runs, and a new process of it that gets sockets of this one. Its
// path is the one it was called by: what is there by then is what starts, a new version for
// example.
#pragma once

#include "bowline/base/inherited_socket.h"

#include <span>
#include <string>
#include <vector>

namespace bowline::os {

struct Program {
  std::string path;                    // absolute
  std::vector<std::string> arguments;  // the first is what it was called as
};

// The one of this process. To be asked early: a file that was replaced can't be told any more.
Program this_program();

// Starts `program` with the environment and the standard streams of this process, and with
// `sockets` for take_inherited_sockets(); nothing else is inherited, and no signal is blocked. The
// id of the new process, or -errno, of exec(2) too. From any thread.
int start(const Program& program, std::span<const InheritedSocket> sockets);

// Kills a process that start() gave, unless it has ended by itself, and waits until it is gone. How
// it ended: "it exited with status 1", "it was ended by signal 9".
std::string end_process(int process);

}  // namespace bowline::os
