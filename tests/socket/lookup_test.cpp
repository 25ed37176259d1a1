#include "bowline/socket/lookup.h"

#include "bowline/base/error.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;

const Address found = Address::ipv4(0xC0000201, 80);

os::Lookup quick(const std::string& host, std::uint16_t port, bool passive, Family family) {
  bool as_asked = host == "name" && port == 80 && passive && family == Family::ipv4;
  EXPECT_TRUE(as_asked);
  return {{found}, {}};
}

// A lookup that lasts until the test ends it, as one of a dead name server does.
std::atomic<int> slow_state = 0;  // 0 waits, 1 may go on, 2 is over

os::Lookup slow(const std::string& host, std::uint16_t, bool, Family) {
  slow_state.wait(0);
  EXPECT_EQ(host, "a name that is long enough to be in memory of its own");
  slow_state = 2;
  slow_state.notify_all();
  return {{found}, {}};
}

TEST(Lookup, gives_what_was_found_with_and_without_a_deadline) {
  for (Deadline deadline : {Deadline(), Deadline::none(), Deadline(60s)}) {
    os::Lookup lookup = look_up_with(quick, "name", 80, true, Family::ipv4, deadline);
    EXPECT_FALSE(lookup.error);
    ASSERT_EQ(lookup.addresses.size(), 1u);
    EXPECT_EQ(lookup.addresses[0], found);
  }
}

TEST(Lookup, ends_at_its_deadline_and_leaves_the_systems_behind) {
  os::Lookup lookup = look_up_with(slow, "a name that is long enough to be in memory of its own",
                                   80, false, Family::none, 10ms);
  EXPECT_TRUE(lookup.addresses.empty());
  EXPECT_EQ(lookup.error, std::errc::timed_out);
  slow_state = 1;
  slow_state.notify_all();
  slow_state.wait(1);
}

TEST(Lookup, of_a_literal_needs_no_time) {
  os::Lookup lookup = look_up("192.0.2.1", 80, false, Family::none, 0s);
  ASSERT_EQ(lookup.addresses.size(), 1u);
  EXPECT_EQ(lookup.addresses[0], found);
}

TEST(LookupAdvice, says_what_to_try) {
  EXPECT_EQ(lookup_advice(Errc::name_not_found, "exampel.org", Family::none),
            "'exampel.org' has no address, is it spelled right?");
  EXPECT_EQ(lookup_advice(Errc::name_not_found, "example.org", Family::ipv6),
            "'example.org' has no IPv6 address, is it spelled right?");
  EXPECT_FALSE(lookup_advice(Errc::name_lookup_failed, "x", Family::none).empty());
  EXPECT_FALSE(lookup_advice(make_error_code(std::errc::timed_out), "x", Family::none).empty());
  EXPECT_EQ(lookup_advice(Errc::bad_address, "x", Family::none), "");
}

}  // namespace
}  // namespace bowline
