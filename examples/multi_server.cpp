// Echoes to many clients from one thread, with a Selector. It reads from a client only when nothing
// waits to be sent to it.
#include "place.h"

#include <bowline/bowline.h>

#include <csignal>

using namespace bowline;

struct Peer {
  Socket socket;
  Address address;
  std::string out;
};

// False when the client has ended.
bool serve(Selector<Peer>& selector, Peer& peer, bool writable) {
  if (writable) {
    print("Echoing", repr(peer.out), "to", peer.address.tuple());
    peer.out.erase(0, peer.socket.send(peer.out));
  } else {
    peer.out = peer.socket.recv(1024).text();
  }
  selector.modify(peer.socket, peer.out.empty() ? Events::read : Events::write);
  return writable || !peer.out.empty();
}

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://127.0.0.1:65432"));
  print("Listening on", server.local_address().tuple());
  Selector<Peer> selector;
  selector.register_socket(server, Events::read);
  selector.register_socket(os::open_signals({SIGINT}), Events::read);
  for (;;) {
    for (auto& ready : selector.select()) {
      if (ready.fd == server.fileno()) {
        auto [socket, address] = server.accept();
        print("Accepted connection from", address.tuple());
        socket.set_blocking(false);
        selector.register_owned({std::move(socket), address, ""}, Events::read);
        continue;
      }
      if (!ready.data.socket.is_open()) return print("Caught keyboard interrupt, exiting"), 0;
      auto open = attempt([&] { return serve(selector, ready.data, ready.writable()); });
      if (open && *open) continue;
      print("Closing connection to", ready.data.address.tuple());
      selector.unregister(ready.fd);
      ready.data.socket.close();
    }
  }
}
