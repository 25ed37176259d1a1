#include "cli/server_connections.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

TEST(ServerConnections, are_a_table) {
  std::string json = R"([
{"connection":7,"service":"echo","url":"tcp://127.0.0.1:50000","state":"open","age_seconds":61.25,
"idle_seconds":0.5,"received_bytes":5,"sent_bytes":1000,"received_messages":1,"sent_messages":1,
"queued_bytes":20,"traced":true},
{"connection":12,"service":"echo","url":"unix:@x","user":"alice\u001b[2J","state":"opening",
"age_seconds":0,"idle_seconds":0,"received_bytes":0,"sent_bytes":0,"queued_bytes":0,"traced":false}
])";
  EXPECT_EQ(
      connections_table(json, 0).value(),
      "NUMBER  SERVICE  STATE         PEER                   USER            AGE  IDLE  RECEIVED  "
      "SENT  QUEUED\n"
      "     7  echo     open, traced  tcp://127.0.0.1:50000  -             61.2s  0.5s         5  "
      "1000      20\n"
      "    12  echo     opening       unix:@x                alice\\x1b[2J   0.0s  0.0s         0  "
      "   0       0\n");
}

TEST(ServerConnections, are_told_from_other_pages) {
  for (std::string_view page :
       {"<html>", "{}}", "[1]", "[{\"connection\":\"one\"}]", "{\"a\":1}"}) {
    Result<std::string> table = connections_table(page, 0);
    ASSERT_FALSE(table) << page;
    EXPECT_NE(std::string_view(table.error().what()).find("admin address"), std::string::npos);
  }
}

TEST(TraceText, shows_bytes_with_their_place_in_each_direction) {
  TraceText trace;
  EXPECT_EQ(
      trace.take(
          R"({"seconds":0.25,"event":"received","message":"text","size":5,"data":"aGVsbG8="})"),
      "    0.250000  received 5 bytes, text\n"
      "00000000  68 65 6c 6c 6f                                    |hello|\n");
  EXPECT_EQ(trace.take(R"({"seconds":1,"event":"sent","size":2,"data":"AP8="})"),
            "    1.000000  sent 2 bytes\n"
            "00000000  00 ff                                             |..|\n");
  EXPECT_EQ(trace.take(R"({"seconds":2,"event":"received","size":1,"data":"IQ=="})"),
            "    2.000000  received 1 bytes\n"
            "00000005  21                                                |!|\n");
  EXPECT_EQ(trace.take(R"({"event":"dropped","count":3})"),
            "              3 lines came too fast\n");
  EXPECT_EQ(trace.take(R"({"seconds":2.5,"event":"closed"})"), "    2.500000  closed\n");
  EXPECT_EQ(trace.take("nonsense"), "");
}

}  // namespace
}  // namespace bowline::cli
