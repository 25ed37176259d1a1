// Notices that certificates are to be loaded anew: at SIGHUP, and when one of their files has
// changed. It has a thread of its own, since reading files may take its time.
#pragma once

#include "bowline/base/time.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bowline::cli {

class CertWatch {
 public:
  // Calls `reload` on its thread. A change counts once the files stay as they are for `period`:
  // a certificate and its key are rarely replaced at the same moment. SIGHUP is blocked in this
  // thread, and so in those that it starts later: make it before any other.
  CertWatch(std::vector<std::string> files, std::function<void()> reload,
            Duration period = std::chrono::seconds(1));
  CertWatch(const CertWatch&) = delete;
  ~CertWatch();

 private:
  void run();
  std::string stamp() const;

  std::vector<std::string> files_;
  std::function<void()> reload_;
  Duration period_;
  std::string loaded_;  // the stamp of what was loaded last
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace bowline::cli
