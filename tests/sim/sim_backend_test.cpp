#include "bowline/sim/sim_backend.h"

#include "bowline/base/error.h"
#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using testing::SimPair;

TEST(SimBackend, chooses_a_port_and_knows_which_are_taken) {
  SimPair pair;
  Address address = Address::ipv4(0, 0);
  Handle listener = pair.near.listen(address, {});
  EXPECT_GE(listener, 0);
  EXPECT_NE(address.port(), 0);
  Address again = address;
  EXPECT_EQ(pair.near.listen(again, {}), -EADDRINUSE);
  Address narrower = Address::ipv4(0x7F000001, address.port());
  EXPECT_EQ(pair.near.listen(narrower, {}), -EADDRINUSE);
  pair.near.close(listener);
  EXPECT_GE(pair.near.listen(narrower, {}), 0);
}

TEST(SimBackend, listens_only_at_addresses_of_its_own) {
  SimPair pair;
  Address elsewhere = Address::parse_ip("10.0.0.2", 80).value();
  EXPECT_EQ(pair.near.listen(elsewhere, {}), -EADDRNOTAVAIL);
  EXPECT_EQ(pair.near.advice(Attempted::listen, elsewhere, EADDRNOTAVAIL),
            "near does not have 10.0.0.2, but 10.0.0.1");
  Address too_long = Address::unix_path(std::string(200, 'x'));
  EXPECT_EQ(pair.near.listen(too_long, {}), -ENAMETOOLONG);
}

TEST(SimBackend, connects_unix_sockets_within_a_host_at_once) {
  SimPair pair;
  Address address = Address::unix_path("/run/x.sock");
  Handle listener = pair.near.listen(address, {.backlog = 0});
  Handle client = pair.near.open(Family::local);
  Op connecting = testing::op_on(Op::Kind::connect, client, &address);
  EXPECT_TRUE(pair.near.submit(connecting));
  EXPECT_EQ(connecting.result, 0);
  Handle second = pair.near.open(Family::local);
  Op full = testing::op_on(Op::Kind::connect, second, &address);
  EXPECT_EQ(pair.answer(pair.near, full), -EAGAIN);
  Op accepting = testing::op_on(Op::Kind::accept, listener);
  Handle server = pair.answer(pair.near, accepting);
  ASSERT_GE(server, 0);
  EXPECT_EQ(pair.send(pair.near, client, "local"), 0);
  EXPECT_EQ(pair.receive(pair.near, server), "local");
  Credentials who;
  EXPECT_EQ(pair.near.credentials(server, who), 0);
  EXPECT_EQ(who.user, 1000u);
  Handle elsewhere = pair.far.open(Family::local);
  Op missing = testing::op_on(Op::Kind::connect, elsewhere, &address);
  EXPECT_EQ(pair.answer(pair.far, missing), -ENOENT) << "paths are each host's own";
}

TEST(SimBackend, takes_every_family_at_the_unspecified_ipv6_address) {
  SimPair pair;
  pair.address = Address::ipv6({}, 7000);
  pair.listener = pair.far.listen(pair.address, {});
  pair.address = Address::parse_ip("10.0.0.2", 7000).value();
  EXPECT_EQ(pair.connect(), 0);
}

TEST(SimBackend, looks_names_up_in_its_own_time) {
  SimPair pair;
  pair.near.rules().lookup_time = 5ms;
  NameQuery names;
  names.host = "far";
  names.port = 80;
  Op op = testing::op_on(Op::Kind::resolve, no_handle);
  op.names = &names;
  EXPECT_EQ(pair.answer(pair.near, op, 4ms), -EINPROGRESS);
  pair.pass(1ms);
  EXPECT_EQ(pair.near.next(), &op);
  EXPECT_EQ(op.result, 0);
  EXPECT_EQ(names.addresses.front().text(), "10.0.0.2:80");
  names.host = "nobody";
  EXPECT_LT(pair.answer(pair.near, op), 0);
  EXPECT_EQ(names.failure, make_error_code(Errc::name_not_found));
  names.host = "far";
  pair.near.rules().lookup_failures = 1;
  EXPECT_LT(pair.answer(pair.near, op), 0);
  EXPECT_EQ(names.failure, make_error_code(Errc::name_lookup_failed));
}

TEST(SimBackend, answers_a_cancelled_lookup_once) {
  SimPair pair;
  NameQuery names;
  names.host = "far";
  Op op = testing::op_on(Op::Kind::resolve, no_handle);
  op.names = &names;
  EXPECT_FALSE(pair.near.submit(op));
  pair.near.cancel(op);
  EXPECT_EQ(pair.near.next(), &op);
  EXPECT_EQ(op.result, -ECANCELED);
  pair.pass(1s);
  EXPECT_EQ(pair.near.next(), nullptr);
}

TEST(SimBackend, has_no_more_handles_than_its_rules_say) {
  SimPair pair;
  pair.near.rules().handles_max = 1;
  Handle only = pair.near.open(Family::ipv4);
  EXPECT_GE(only, 0);
  EXPECT_EQ(pair.near.open(Family::ipv4), -EMFILE);
  pair.near.close(only);
  EXPECT_GE(pair.near.open(Family::ipv4), 0);
}

TEST(SimBackend, refuses_what_an_ended_program_asks) {
  SimPair pair;
  pair.connect_both();
  pair.near.end_program(false);
  EXPECT_EQ(pair.near.open(Family::ipv4), -ENETDOWN);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), -ENETDOWN);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "") << "its system closed the socket";
}

TEST(SimBackend, answers_for_a_handle_that_is_none_with_an_error) {
  SimPair pair;
  EXPECT_EQ(pair.receive(pair.near, 77), "error " + std::to_string(EBADF));
  EXPECT_EQ(pair.near.set_option(77, Option::no_delay, 1), -EBADF);
}

}  // namespace
}  // namespace bowline::sim
