// What a service tells who manages it, systemd for example: datagrams of lines NAME=VALUE, by the
// protocol of sd_notify(3). Where nobody manages it, nothing is told.
#pragma once

#include "bowline/base/time.h"

#include <string>

namespace bowline::os {

class Supervisor {
 public:
  // The one that NOTIFY_SOCKET names: a path, or "@NAME" in the abstract namespace. Empty: nobody.
  // `watchdog` is how long it waits to hear WATCHDOG=1 before it takes the service for stuck.
  explicit Supervisor(std::string socket = {}, Duration watchdog = forever);
  // As the environment says, of which nothing is taken: a new process of the program needs it too.
  static Supervisor of_environment();

  bool is_there() const { return !socket_.empty(); }
  Duration watchdog() const { return watchdog_; }
  // Tells `message`. 0 or -errno, of nobody listening too, and -ETIMEDOUT when it reads nothing for
  // `wait`. From any thread.
  int tell(const std::string& message, Duration wait = std::chrono::seconds(1)) const;

 private:
  std::string socket_;
  Duration watchdog_;
};

// For RELOADING=1, which has to say when it begins.
std::string reloading_message(Time now);

}  // namespace bowline::os
