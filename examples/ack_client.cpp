// Sends what is typed, a message a line, and prints each answer, until the server says "closed".
#include "place.h"

#include <bowline/bowline.h>

#include <iostream>

using namespace bowline;

int main(int argc, char** argv) {
  Socket client = connect(place(argc, argv, "tcp://127.0.0.1:8000"));
  for (std::string line;
       std::cout << "Enter message: " << std::flush, std::getline(std::cin, line);) {
    client.send_all(line.substr(0, 1024));
    auto response = client.recv(1024);
    if (equals_ignoring_case(response.text(), "closed") || !response) break;
    print("Received:", response.text());
  }
  client.close();
  print("Connection to server closed");
}
