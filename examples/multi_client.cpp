// Many connections at once from one thread, with a Selector. Each is closed when both its messages
// came back. HOST PORT COUNT
#include <bowline/bowline.h>

#include <iostream>

using namespace bowline;

const std::string messages[] = {"Message 1 from client.", "Message 2 from client."};

struct Connection {
  Socket socket;
  int number = 0;
  int sent = 0;
  std::string out;
  std::size_t missing = messages[0].size() + messages[1].size();
};

// False when all has come back.
bool serve(Selector<Connection>& selector, Selector<Connection>::Ready& ready) {
  auto& [socket, number, sent, out, missing] = ready.data;
  if (ready.readable()) {
    auto data = socket.recv(1024);
    if (data) print("Received", repr(data), "from connection", number);
    missing -= data.size();
    if (!data || missing == 0) return false;
  }
  if (ready.writable()) {
    if (out.empty()) {
      out = messages[sent++];
      print("Sending", repr(out), "to connection", number);
    }
    out.erase(0, socket.send(out));
    if (out.empty() && sent == 2) selector.modify(socket, Events::read);
  }
  return true;
}

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: multi_client HOST PORT COUNT\n", 2;
  Selector<Connection> selector;
  for (int number = 1; number <= std::stoi(argv[3]); ++number) {
    print("Starting connection", number, std::string("to ('") + argv[1] + "', " + argv[2] + ")");
    Socket socket(Family::ipv4);
    socket.set_blocking(false);
    socket.connect_ex({argv[1], std::stoi(argv[2])});
    selector.register_owned({std::move(socket), number}, Events::both);
  }
  while (!selector.empty()) {
    for (auto& ready : selector.select()) {
      if (serve(selector, ready)) continue;
      print("Closing connection", ready.data.number);
      selector.unregister(ready.fd);
      ready.data.socket.close();
    }
  }
}
