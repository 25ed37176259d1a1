// What this process uses of the machine, as the system counts it (proc(5), getrusage(2)).
#pragma once

#include <cstdint>

namespace bowline::os {

struct ProcessUsage {
  double cpu_seconds = 0;             // of user and system, since it began
  double start_time_seconds = 0;      // since 1970
  std::uint64_t resident_memory = 0;  // bytes
  std::uint64_t virtual_memory = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
};

// What the system does not tell stays zero. Counting the open files takes time with their number,
// a millisecond for some thousands.
ProcessUsage process_usage();

}  // namespace bowline::os
