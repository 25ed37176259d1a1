#include "bowline/os/host_name.h"

#include <gtest/gtest.h>

#include <fstream>

namespace bowline {
namespace {

TEST(HostName, is_the_one_that_the_kernel_knows) {
  std::ifstream file("/proc/sys/kernel/hostname");
  std::string name;
  ASSERT_TRUE(std::getline(file, name));
  EXPECT_EQ(host_name(), name);
}

}  // namespace
}  // namespace bowline
