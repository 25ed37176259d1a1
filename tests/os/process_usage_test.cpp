#include "bowline/os/process_usage.h"

#include "bowline/os/file_descriptor.h"
#include "tests/support/open_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <time.h>

#include <vector>

namespace bowline::os {
namespace {

TEST(ProcessUsage, counts_open_files) {
  std::uint64_t before = process_usage().open_files;
  EXPECT_EQ(before + 1, testing::open_file_count());  // which counts what it counts with
  FileDescriptor one(::open("/dev/null", O_RDONLY));
  EXPECT_EQ(process_usage().open_files, before + 1);
  EXPECT_GT(process_usage().open_files_max, before);
}

TEST(ProcessUsage, knows_when_the_process_began) {
  auto now = static_cast<double>(::time(nullptr));
  EXPECT_LE(process_usage().start_time_seconds, now + 1);
  EXPECT_GT(process_usage().start_time_seconds, now - 24 * 3600);
}

TEST(ProcessUsage, grows_with_what_is_done) {
  ProcessUsage before = process_usage();
  EXPECT_GT(before.resident_memory, 1'000'000u);
  EXPECT_GT(before.virtual_memory, before.resident_memory);
  std::vector<char> memory(64 << 20, 'x');
  ProcessUsage after = before;
  while (after.cpu_seconds == before.cpu_seconds) after = process_usage();
  EXPECT_GE(after.virtual_memory, before.virtual_memory + memory.size() / 2);
}

}  // namespace
}  // namespace bowline::os
