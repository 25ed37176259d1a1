// A Server on a thread of its own for as long as this lasts, listening when the constructor is
// done: for tests whose clients are blocking sockets or have a loop of their own.
#pragma once

#include "bowline/base/url.h"
#include "bowline/server/server.h"

#include <signal.h>

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bowline::testing {

class Serving {
 public:
  // `url` has port 0.
  Serving(std::string url, Handler handler, ServerOptions options = {}) {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    std::promise<std::string> listening;
    options.threads = 1;
    options.observer = [this, &listening](const ServerEvent& event) {
      if (event.kind == ServerEvent::Kind::listening) return listening.set_value(event.url);
      std::lock_guard lock(mutex_);
      if (event.kind == ServerEvent::Kind::closed) failures_.push_back(event.failure);
    };
    server_ = std::make_unique<Server>(std::move(options));
    server_->add(std::move(url), std::move(handler));
    thread_ = std::thread([this] { server_->run(); });
    std::string at = listening.get_future().get();
    at_ = at.substr(at.find("://") + 3);
  }
  ~Serving() {
    server_->stop();
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }

  // "127.0.0.1:50312"
  const std::string& at() const { return at_; }
  // How the connections that are over ended; "" is no failure.
  std::vector<std::string> failures() {
    std::lock_guard lock(mutex_);
    return failures_;
  }

 private:
  sigset_t mask_;
  std::string at_;
  std::mutex mutex_;
  std::vector<std::string> failures_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace bowline::testing
