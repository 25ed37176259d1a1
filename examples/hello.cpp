#include <bowline/bowline.h>
using namespace bowline;

int main() {
  Socket server = connect("tcp://localhost:12345");
  server.send_all("Hello, server!");
  print("Received", server.recv(1024).text());
}
