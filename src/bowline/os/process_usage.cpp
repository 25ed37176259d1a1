#include "bowline/os/process_usage.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bowline::os {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double now(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Field 22 of the process's line counts from the machine's start; what stands before it ends with a
// name in parentheses that may hold blanks.
double start_time_seconds() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return 0;
  std::size_t at = line.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  double after_boot = std::stod(line.substr(at)) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) + after_boot;
}

std::uint64_t open_files() {
  std::error_code failure;
  std::filesystem::directory_iterator files("/proc/self/fd", failure);
  if (failure) return 0;
  auto count = static_cast<std::uint64_t>(std::distance(begin(files), end(files)));
  return count - 1;  // the one that lists them
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  usage.start_time_seconds = start_time_seconds();
  std::ifstream pages("/proc/self/statm");
  if (pages >> usage.virtual_memory >> usage.resident_memory) {
    auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.virtual_memory *= page_size;
    usage.resident_memory *= page_size;
  }
  usage.open_files = open_files();
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  usage.open_files_max = files.rlim_cur;
  return usage;
}

}  // namespace bowline::os
