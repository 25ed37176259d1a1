// Says hello and leaves.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

int main(int argc, char** argv) {
  Socket client = connect(place(argc, argv, "tcp://localhost:65432"));
  client.send_all("Hello, server!");
}
