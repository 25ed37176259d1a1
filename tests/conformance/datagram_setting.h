// What datagrams can be sent over: a backend and a family. The tests of datagrams run on each.
#pragma once

#include "tests/conformance/conformance.h"

namespace bowline::conformance {

struct DatagramSetting {
  std::string name;
  Setting setting;     // its backend; the transport in it does not matter
  Address (*place)();  // an address that a socket can be bound to
  bool is_udp = true;
  bool is_kernel = true;
};

std::vector<DatagramSetting> datagram_settings();

inline void PrintTo(const DatagramSetting& setting, std::ostream* out) {
  *out << setting.name;
}

class DatagramTest : public ::testing::TestWithParam<DatagramSetting> {
 protected:
  using Body = Task<> (*)(Network network, const DatagramSetting& setting);

  void run(Body body) { world_->loop().run(body(world_->network(), GetParam())); }
  void TearDown() override {
    EXPECT_EQ(world_->backend().under_way(), 0u);
    world_.reset();
    EXPECT_EQ(testing::open_file_count(), files_);
  }

  testing::Deadline deadline_;
  std::size_t files_ = testing::open_file_count();
  std::unique_ptr<World> world_ = std::make_unique<World>(GetParam().setting);
  std::size_t open_in_world_ = testing::open_file_count() - files_;
};

inline std::string datagram_setting_name(const ::testing::TestParamInfo<DatagramSetting>& info) {
  return info.param.name;
}

}  // namespace bowline::conformance
