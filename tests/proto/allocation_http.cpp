#include "bowline/proto/http_server.h"
#include "tests/support/allocation_count.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::allocation_count;

constexpr char text[] =
    "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n\r\n";

TEST(HttpAllocation, is_not_needed_to_read_a_head_where_it_lies) {
  HttpLimits limits;
  HttpHeadReader reader(limits, check_request_line);
  HttpRequest request;
  reader.read(text);
  std::size_t before = allocation_count();
  for (int round = 0; round < 10; ++round) {
    reader.reset();
    ASSERT_EQ(reader.read(text), HttpHeadReader::State::done);
    ASSERT_FALSE(read_request(reader.start_line(), reader.fields(), request));
  }
  EXPECT_EQ(allocation_count() - before, 0u);
}

TEST(HttpAllocation, is_not_needed_to_wait) {
  HttpServerOptions options;
  std::size_t before = allocation_count();
  HttpServerProtocol http(options);
  http.next_event();
  http.next_deadline(Time{});
  EXPECT_EQ(allocation_count() - before, 0u);
}

}  // namespace
}  // namespace bowline
