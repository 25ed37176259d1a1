// Passwords come from a person at the terminal, who does not see them typed, or from a file or
// pipe; never from a command line, which everybody on the machine can read.
#pragma once

#include <string>

namespace bowline::cli {

// Asks at the terminal `device`, whatever standard input is. Throws Error when there is none, or
// when the answer was Ctrl-C or Ctrl-D.
std::string ask_password(const std::string& prompt, const char* device = "/dev/tty");

// For a new one: asked for twice when standard input is a terminal, else its first line.
std::string read_new_password();

// The first line of a file that strangers may not read.
std::string password_in(const std::string& file);

// Throws Error for what no client could say (RFC 7617 2): nothing, controls, more than 1 KiB.
void check_password(const std::string& password);

}  // namespace bowline::cli
