#include "bowline/net/backend_op.h"

#include "bowline/task/wait.h"
#include "tests/support/answers.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using BackendOpTest = testing::LoopTest;

TEST_F(BackendOpTest, gives_the_result_of_its_op) {
  auto body = [](Backend& backend) -> Task<> {
    testing::SocketPair pair(backend);
    EXPECT_GE(co_await BackendOp::poll(backend, pair.near, true), 0);
    pair.write("x");
    EXPECT_GE(co_await BackendOp::poll(backend, pair.near, false), 0);
  };
  run(body(loop_.backend()));
}

TEST_F(BackendOpTest, gives_the_result_of_one_that_was_cancelled_and_does_not_throw) {
  auto wait = [](Backend& backend, Handle handle) -> Task<int> {
    co_return co_await BackendOp::poll(backend, handle, false);
  };
  auto body = [](Backend& backend, auto waiting) -> Task<> {
    testing::SocketPair pair(backend);
    EXPECT_EQ(co_await within(1ms, waiting(backend, pair.near)), -ECANCELED);
    pair.write("x");
    EXPECT_GE(co_await within(10s, waiting(backend, pair.near)), 0);
  };
  run(body(loop_.backend(), wait));
}

TEST_F(BackendOpTest, connects_to_the_address_it_is_given) {
  auto body = [](Backend& backend) -> Task<> {
    Address address = Address::ipv4(0x7F000001, 0);
    Handle listener = backend.listen(address, {});
    Handle handle = backend.open(Family::ipv4);
    EXPECT_EQ(co_await BackendOp::connect(backend, handle, address), 0);
    backend.close(handle);
    backend.close(listener);
  };
  run(body(loop_.backend()));
}

TEST_F(BackendOpTest, asks_for_the_names_it_is_given) {
  auto body = [](Backend& backend) -> Task<> {
    NameQuery names;
    names.host = "127.0.0.1";
    names.port = 5;
    EXPECT_EQ(co_await BackendOp::resolve(backend, names), 0);
    EXPECT_EQ(names.addresses.at(0).text(), "127.0.0.1:5");
  };
  run(body(loop_.backend()));
}

}  // namespace
}  // namespace bowline
