#include "cli/file_watch.h"

#include "tests/support/deadline.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <thread>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;

class FileWatchTest : public ::testing::Test {
 protected:
  FileWatchTest() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~FileWatchTest() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / "new") << text;  // a watch would see the file while it is still empty
    std::filesystem::rename(folder_ / "new", folder_ / name);
  }
  void wait_for(int count) {
    while (count_ < count) std::this_thread::yield();
    EXPECT_EQ(count_, count);
  }
  // Until the clock that files are stamped by has moved: it goes in steps of some milliseconds.
  void wait_for_tick() {
    timespec begin{};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &begin);
    do {
      ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    } while (now.tv_nsec == begin.tv_nsec);
  }

  testing::Deadline deadline_;
  testing::Folder folder_;
  FileWatch::Reload count() {
    return [this](FileWatch&, bool) {
      ++count_;
      return true;
    };
  }
  std::atomic<int> count_ = 0;

 private:
  sigset_t mask_;
};

TEST_F(FileWatchTest, notices_each_change_once) {
  write("a.pem", "1");
  write("a.key", "1");
  FileWatch watch({folder_ / "a.pem", folder_ / "a.key"}, count(), 2ms);
  write("a.pem", "22");
  wait_for(1);
  write("a.key", "333");
  wait_for(2);
}

TEST_F(FileWatchTest, notices_that_a_file_has_other_rights) {
  write("users", "1");
  FileWatch watch({folder_ / "users"}, count(), 2ms);
  wait_for_tick();
  ::chmod((folder_ / "users").c_str(), 0600);
  wait_for(1);
}

TEST_F(FileWatchTest, reloads_at_SIGHUP_whatever_the_files_are) {
  FileWatch watch({folder_ / "missing"}, count(), 1h);
  ::kill(::getpid(), SIGHUP);
  wait_for(1);
}

TEST_F(FileWatchTest, says_what_it_was_asked_by_and_watches_other_files) {
  write("old", "1");
  write("new", "1");
  std::atomic<int> asked_count = 0;
  FileWatch watch(
      {folder_ / "old"},
      [&](FileWatch& watching, bool asked) {
        asked_count += asked;
        watching.watch({folder_ / "new"});
        ++count_;
        return true;
      },
      2ms);
  ::kill(::getpid(), SIGHUP);
  wait_for(1);
  write("old", "22");
  write("new", "22");
  wait_for(2);
  EXPECT_EQ(asked_count, 1);
}

TEST_F(FileWatchTest, tells_a_change_that_was_not_taken_up_again) {
  write("a.pem", "1");
  std::atomic<int> asked_count = 0;
  FileWatch watch(
      {folder_ / "a.pem"},
      [&](FileWatch&, bool asked) {
        asked_count += asked;
        ++count_;
        return !asked;
      },
      50ms);
  write("a.pem", "22");
  ::kill(::getpid(), SIGHUP);
  wait_for(2);
  EXPECT_EQ(asked_count, 1);
}

TEST_F(FileWatchTest, ends_without_waiting) {
  FileWatch watch({folder_ / "missing"}, count(), 1h);
}

}  // namespace
}  // namespace bowline::cli
