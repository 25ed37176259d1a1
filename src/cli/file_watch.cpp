#include "cli/file_watch.h"

#include "bowline/os/signals.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace bowline::cli {
namespace {

sigset_t hang_up() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGHUP);
  return signals;
}

timespec as_timespec(Duration duration) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

}  // namespace

bool hangs_up_with_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

FileWatch::FileWatch(std::vector<std::string> files, Reload reload, Duration period)
    : files_(std::move(files)), reload_(std::move(reload)), period_(period), loaded_(stamp()) {
  sigset_t signals = hang_up();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  os::SignalsHeld held;
  thread_ = std::thread([this] { run(); });
}

FileWatch::~FileWatch() {
  stopping_ = true;
  ::pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void FileWatch::watch(std::vector<std::string> files) {
  if (files == files_) return;
  files_ = std::move(files);
  loaded_ = stamp();
}

void FileWatch::run() {
  sigset_t signals = hang_up();
  timespec period = as_timespec(period_);
  std::string before = loaded_;
  while (!stopping_) {
    bool asked = (files_.empty() ? ::sigwaitinfo(&signals, nullptr)
                                 : ::sigtimedwait(&signals, nullptr, &period)) == SIGHUP;
    if (stopping_) return;
    std::string now = stamp();
    bool settled = now == before;
    before = now;
    if (!asked && (now == loaded_ || !settled)) continue;
    // Whether that works or not: the same files are not tried again.
    std::string last = std::exchange(loaded_, std::move(now));
    if (!reload_(*this, asked)) loaded_ = std::move(last);
  }
}

// Tells one state of the files from another: inode, size and times of each. The second time is that
// of chmod and chown, which may mend a file that could not be read.
std::string FileWatch::stamp() const {
  std::string text;
  for (const std::string& file : files_) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) status = {};
    text += fmt::format("{}:{}:{}.{}:{}.{};", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                        status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  }
  return text;
}

}  // namespace bowline::cli
