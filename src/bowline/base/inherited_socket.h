// A socket that one process gives to another, which goes on with it: it listens already, or is
// bound. A plain value; whoever is given it says who closes it.
#pragma once

#include "bowline/base/address.h"

#include <string>

namespace bowline {

struct InheritedSocket {
  enum class Kind {
    listener,   // of streams
    datagrams,  // bound, and not connected
    other       // a connection, or no socket at all
  };
  int handle = -1;
  Kind kind = Kind::other;
  Address local;     // none of what is no socket
  std::string name;  // what who gave it calls it; the URL where bowline did, which has a colon
};

}  // namespace bowline
