#include "bowline/services/echo.h"

namespace bowline {

Task<> serve_echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

}  // namespace bowline
