// Echoes to many clients from one thread, with a Selector. It reads from a client only when nothing
// waits to be sent to it.
#include "place.h"

#include <bowline/bowline.h>

#include <csignal>

using namespace bowline;

struct Client {
  Socket socket;
  Address address;
  std::string out;
};

// False when the client has ended.
bool serve(Selector<Client>& selector, Client& client, bool writable) {
  if (writable) {
    print("Echoing", repr(client.out), "to", client.address.tuple());
    client.out.erase(0, client.socket.send(client.out));
  } else {
    client.out = client.socket.recv(1024).text();
  }
  selector.modify(client.socket, client.out.empty() ? Events::read : Events::write);
  return writable || !client.out.empty();
}

int main(int argc, char** argv) {
  Socket server = listen(place(argc, argv, "tcp://127.0.0.1:65432"));
  print("Listening on", server.local_address().tuple());
  Selector<Client> selector;
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
