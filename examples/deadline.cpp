// Asks an echo server, and gives up in time.
#include <bowline/bowline.h>

using namespace bowline;
using namespace std::chrono_literals;

// [talk]
Task<> talk(Network network) {
  auto stream = co_await attempt(within(2s, connect(network, "tcp://localhost:12345")));
  if (!stream) {
    print(stream.error().what());
    co_return;
  }
  co_await stream->write_all("How are you?\n");
  auto answer = co_await within(5s, stream->read_line());
  print("Received", answer.value_or("nothing: the server closed"));
}
// [/talk]

int main() {
  return run(talk);
}
