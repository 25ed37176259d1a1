#include "bowline/sim/fabric.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

TEST(Fabric, knows_the_systems_by_their_addresses) {
  testing::SimPair pair;
  Address far = Address::parse_ip("10.0.0.2", 80).value();
  EXPECT_EQ(pair.fabric.system_at(far), &pair.far);
  EXPECT_EQ(pair.fabric.system_at(Address::parse_ip("10.0.0.9", 80).value()), nullptr);
}

TEST(Fabric, knows_the_addresses_of_every_name) {
  testing::SimPair pair;
  pair.far.names().push_back("alias");
  for (const char* name : {"far", "alias"}) {
    std::vector<Address> addresses = pair.fabric.addresses_of(name, 80);
    ASSERT_EQ(addresses.size(), 2u);
    EXPECT_EQ(addresses[0].text(), "10.0.0.2:80");
    EXPECT_EQ(addresses[1].text(), "[fd00::2]:80");
  }
  EXPECT_TRUE(pair.fabric.addresses_of("nobody", 80).empty());
}

}  // namespace
}  // namespace bowline::sim
