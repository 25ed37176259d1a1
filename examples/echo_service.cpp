#include <bowline/bowline.h>
using namespace bowline;

Task<> echo(Stream stream) {
  while (auto chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

int main() {
  return serve("tcp://localhost:12345", echo);
}
