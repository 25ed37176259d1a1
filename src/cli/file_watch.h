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

// SIGHUP comes when the terminal goes as well, and not only from who wants files loaded anew.
bool hangs_up_with_terminal();

class FileWatch {
 public:
  // What is called on its thread; `asked`: by SIGHUP, not by a change. False: it has not come to
  // loading the files, so a change of them is still to be told.
  using Reload = std::function<bool(FileWatch& watch, bool asked)>;

  // A change counts once the files stay as they are for `period`: a certificate and its key are
  // rarely replaced at the same moment. SIGHUP is blocked in the thread that makes it, and so in
  // those that this starts later: make it before any other.
  FileWatch(std::vector<std::string> files, Reload reload,
            Duration period = std::chrono::seconds(1));
  FileWatch(const FileWatch&) = delete;
  ~FileWatch();

  // Watches these from now on; for `reload` alone, before it loads them.
  void watch(std::vector<std::string> files);

 private:
  void run();
  std::string stamp() const;

  std::vector<std::string> files_;
  Reload reload_;
  Duration period_;
  std::string loaded_;  // the stamp of what was loaded last
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace bowline::cli
