#include "bowline/services/report.h"

namespace bowline {

Task<> serve_report(Stream stream) {
  std::string peer = stream.peer_address().tuple();
  while (Chunk chunk = co_await stream.read_some()) {
    std::string answer = "[CONNECTION] Received " + repr(chunk) + " from " + peer;
    co_await stream.write_all(answer);
  }
}

}  // namespace bowline
