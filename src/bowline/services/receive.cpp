#include "bowline/services/receive.h"

namespace bowline {

Task<> serve_receive(Stream stream) {
  co_await stream.read_some();
}

}  // namespace bowline
