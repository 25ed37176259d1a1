// Notices that files are to be loaded anew, certificates or a list: at SIGHUP, and when one of them
// has changed. It has a thread of its own, since reading files may take its time.
#pragma once

#include "bowline/base/time.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bowline::cli {

class FileWatch {
 public:
  // Calls `reload` on its thread. A change counts once the files stay as they are for `period`:
  // a certificate and its key are rarely replaced at the same moment. SIGHUP is blocked in the
  // thread that makes it, and so in those that this starts later: make it before any other.
  FileWatch(std::vector<std::string> files, std::function<void()> reload,
            Duration period = std::chrono::seconds(1));
  FileWatch(const FileWatch&) = delete;
  ~FileWatch();

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
