#include "tests/conformance/datagram_setting.h"

#include <unistd.h>

namespace bowline::conformance {
namespace {

Address udp4() {
  return Address::ipv4(0x7F000001, 0);
}

Address udp6() {
  Address::Ipv6Bytes loopback{};
  loopback.back() = 1;
  return Address::ipv6(loopback, 0);
}

Address unixgram() {
  static int count = 0;
  std::string name = "bowline-datagram-" + std::to_string(::getpid()) + "-";
  return Address::unix_path(::testing::TempDir() + name + std::to_string(++count));
}

}  // namespace

std::vector<DatagramSetting> datagram_settings() {
  std::vector<DatagramSetting> all;
  for (const Setting& setting : backends()) {
    std::string backend = setting.name.substr(0, setting.name.rfind('_'));
    bool kernel = setting.is_kernel;
    all.push_back({backend + "_udp4", setting, udp4, true, kernel});
    all.push_back({backend + "_udp6", setting, udp6, true, kernel});
    all.push_back({backend + "_unixgram", setting, unixgram, false, kernel});
  }
  return all;
}

}  // namespace bowline::conformance
