// The doors of a server: what it opens for each of its URLs, or takes over from the process before
// it, and gives on to the next. Of a Unix socket that went through several the last one removes the
// file, unless the first was not bowline: then it is that one's.
#pragma once

#include "bowline/base/inherited_socket.h"
#include "bowline/server/listen.h"

#include <iterator>
#include <list>
#include <string>
#include <vector>

namespace bowline {

class Doors {
 public:
  // Takes over `adopted`, whose handles are its own from now on.
  Doors(Network network, std::vector<InheritedSocket> adopted)
      : network_(network), adopted_(std::move(adopted)) {}

  // Opens the next door, for `url`: an adopted one that bears the URL as its name, or that is at
  // one of its addresses; else a new one. Throws as open_door().
  Task<> open(Url url, ListenOptions options, PeerLimits limits);
  // When all are open. Closes what no URL asked for, and says where that was; the files of adopted
  // sockets are its own from now on, and not before: the process before may have to go on with
  // them.
  std::vector<std::string> settle();
  // The files stay when it closes: another process goes on with the sockets.
  void give_away();
  // Nobody may accept any more; datagrams may still come.
  void close_listeners();

  std::size_t count() const { return doors_.size(); }
  // They stay where they are.
  Door& operator[](std::size_t index) {
    return std::next(doors_.begin(), static_cast<std::ptrdiff_t>(index))->door;
  }
  // Those that are open, for another process; they stay what they are here.
  std::vector<InheritedSocket> sockets() const;

 private:
  struct OpenDoor {
    Door door;
    std::string name;  // in the next process
  };
  Task<std::size_t> find(Url url);
  Door take_over(const InheritedSocket& socket, const PeerLimits& limits);

  Network network_;
  std::vector<InheritedSocket> adopted_;  // and not opened yet
  std::list<OpenDoor> doors_;
};

}  // namespace bowline
