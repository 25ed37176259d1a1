// The name of this machine.
#pragma once

#include <string>

namespace bowline {

// gethostname(2); "localhost" where there is none.
std::string host_name();

}  // namespace bowline
