#include "bowline/os/host_name.h"

#include <unistd.h>

#include <climits>

namespace bowline {

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  if (::gethostname(name, HOST_NAME_MAX) != 0 || !*name) return "localhost";
  return name;
}

}  // namespace bowline
