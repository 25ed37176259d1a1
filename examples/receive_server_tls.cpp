// As receive_server, over TLS: `bowline cert localhost` makes the certificate.
#include "place.h"

#include <bowline/bowline.h>

using namespace bowline;

Task<> take(Stream stream) {
  auto data = co_await stream.read_some();
  print("Received data:", data.bytes().first(1024).text());
}

int main(int argc, char** argv) {
  return serve(place(argc, argv, "tls://localhost:65432"), take, {.certificate = "localhost.pem"});
}
