// Says hello, stays for four seconds, says that it is done, and leaves.
#include "place.h"

#include <bowline/bowline.h>

int main(int argc, char** argv) {
  bowline::Socket client =
      bowline::connect(place(argc, argv, "tcp://" + bowline::host_name() + ":9797"));
  client.send_all("Hello world!");
  std::this_thread::sleep_for(std::chrono::seconds(4));
  client.shutdown(bowline::How::write);
}
