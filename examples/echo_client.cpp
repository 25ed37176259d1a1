#include "place.h"

#include <bowline/bowline.h>

int main(int argc, char** argv) {
  bowline::Socket client = bowline::connect(place(argc, argv, "tcp://localhost:12345"));
  client.send_all("Hello, server!");
  bowline::print("Received", client.recv(1024).text());
}
