#include "bowline/net/run.h"

#include "bowline/loop/loop.h"

#include <cstdio>

namespace bowline {

std::unique_ptr<Loop> make_loop(std::string_view backend, Duration spin) {
  std::unique_ptr<Backend> chosen = make_backend(backend, spin);
  if (chosen) return std::make_unique<Loop>(std::move(chosen));
  throw make_error(make_error_code(std::errc::invalid_argument),
                   "start the backend " + std::string(backend), "there are io_uring and epoll");
}

int run(std::function<Task<>(Network)> main, std::string backend) {
  try {
    std::unique_ptr<Loop> loop = make_loop(backend);
    loop->run(main(Network(*loop)));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

}  // namespace bowline
