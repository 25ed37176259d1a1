#include "cli/event_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using Kind = ServerEvent::Kind;
using namespace std::chrono_literals;

TEST(EventLog, a_line_of_text_says_what_happened) {
  EXPECT_EQ(text_line({Kind::listening, 0, "tcp://[::1]:80", "echo"}),
            "listening on tcp://[::1]:80 (echo)");
  EXPECT_EQ(text_line({Kind::accepted, 7, "unix:@x", "echo"}), "connection 7 from unix:@x");
  EXPECT_EQ(text_line({Kind::identified, 7, "tcp://[::1]:80", "echo", {}, {}, 0, "ann"}),
            "connection 7 is ann");
  EXPECT_EQ(text_line({Kind::closed, 7, {}, "echo", {}, 1500ms}),
            "connection 7 closed after 1.500 s");
  EXPECT_EQ(text_line({Kind::closed, 7, {}, "echo", "read: reset", 2ms}),
            "connection 7 failed after 0.002 s: read: reset");
  EXPECT_EQ(text_line({Kind::accept_failed, 0, {}, "echo", "accept: too many"}),
            "accept: too many");
}

TEST(EventLog, the_end_counts_the_connections) {
  EXPECT_EQ(text_line({Kind::stopped, 0}), "stopped: 0 connections served");
  EXPECT_EQ(text_line({Kind::stopped, 1}), "stopped: 1 connection served");
  EXPECT_EQ(text_line({Kind::stopped, 2}), "stopped: 2 connections served");
}

TEST(EventLog, json_has_the_same_facts_by_name) {
  auto line = nlohmann::json::parse(
      json_line({Kind::closed, 7, {}, "echo", "bad \xff byte\n", 250ms}, "2026-01-02T03:04:05Z"));
  EXPECT_EQ(line["time"], "2026-01-02T03:04:05Z");
  EXPECT_EQ(line["event"], "closed");
  EXPECT_EQ(line["connection"], 7);
  EXPECT_EQ(line["service"], "echo");
  EXPECT_EQ(line["seconds"], 0.25);
  EXPECT_EQ(line["error"], "bad \xEF\xBF\xBD byte\n");
  EXPECT_FALSE(line.contains("url"));
  EXPECT_FALSE(line.contains("user"));
  line = nlohmann::json::parse(
      json_line({Kind::identified, 7, "wss://[::1]:80", "echo", {}, {}, 0, "ann"}, "now"));
  EXPECT_EQ(line["user"], "ann");
}

TEST(EventLog, json_of_the_end_has_the_count_as_served) {
  auto line = nlohmann::json::parse(json_line({Kind::stopped, 3}, "now"));
  EXPECT_EQ(line["served"], 3);
  EXPECT_FALSE(line.contains("connection"));
}

TEST(EventLog, a_json_event_is_one_line) {
  std::string line = json_line({Kind::accept_failed, 0, {}, {}, "two\nlines"}, "now");
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(ReloadLine, says_what_came_of_it) {
  EXPECT_EQ(reload_line("certificates", "", LogFormat::text, "T"), "certificates loaded anew");
  EXPECT_EQ(reload_line("credentials", "bad", LogFormat::text, "T"),
            "credentials stay as they were: bad");
  EXPECT_EQ(reload_line("certificates", "", LogFormat::json, "T"),
            R"({"time":"T","event":"reloaded","what":"certificates"})");
  EXPECT_EQ(reload_line("credentials", "bad", LogFormat::json, "T"),
            R"({"time":"T","event":"reload_failed","what":"credentials","error":"bad"})");
  EXPECT_EQ(reload_line("upstreams", "bad", LogFormat::text, "T"),
            "upstreams stay as they were: bad");
  EXPECT_EQ(reload_line("upstreams", "", LogFormat::json, "T"),
            R"({"time":"T","event":"reloaded","what":"upstreams"})");
  EXPECT_EQ(reload_line("certificates", "bad", LogFormat::json, "T"),
            R"({"time":"T","event":"reload_failed","what":"certificates","error":"bad"})");
}

TEST(EventLog, tells_of_a_socket_that_nobody_asked_for) {
  ServerEvent event{Kind::unclaimed, 0, "tcp://[::]:80"};
  EXPECT_EQ(text_line(event), "closed tcp://[::]:80, which was inherited: no --listen asks for it");
  EXPECT_EQ(json_line(event, "T"), R"({"time":"T","event":"unclaimed","url":"tcp://[::]:80"})");
}

TEST(RestartLine, is_told_for_people_and_as_json) {
  using RestartKind = RestartEvent::Kind;
  RestartEvent failed{RestartKind::failed, 7, "too late"};
  EXPECT_EQ(text_line(failed), "restart failed, so this process goes on: too late");
  EXPECT_EQ(json_line(failed, "T"),
            R"({"time":"T","event":"restart_failed","process":7,"error":"too late"})");
  EXPECT_EQ(text_line({RestartKind::starting, 7, {}}), "restarting: process 7 starts");
  EXPECT_EQ(text_line({RestartKind::done, 7, {}}), "process 7 has taken over");
  EXPECT_EQ(json_line({RestartKind::done, 7, {}}, "T"),
            R"({"time":"T","event":"restart_done","process":7})");
  EXPECT_EQ(text_line({RestartKind::refused, 0, "why"}), "restart refused: why");
}

TEST(UpstreamLine, is_told_for_people_and_as_json) {
  using UpstreamKind = UpstreamEvent::Kind;
  UpstreamEvent failing{UpstreamKind::failing, "tcp://a:1", "refused", 2};
  EXPECT_EQ(text_line(failing), "upstream tcp://a:1 is failing: refused");
  EXPECT_EQ(json_line(failing, "T"), R"({"time":"T","event":"upstream_failing",)"
                                     R"("upstream":"tcp://a:1","error":"refused"})");
  UpstreamEvent draining{UpstreamKind::draining, "tcp://a:1", "", 1};
  EXPECT_EQ(text_line(draining), "upstream tcp://a:1 drains: 1 connection left");
  EXPECT_EQ(json_line(draining, "T"), R"({"time":"T","event":"upstream_draining",)"
                                      R"("upstream":"tcp://a:1","connections":1})");
  EXPECT_EQ(text_line({UpstreamKind::added, "tcp://a:1", "", 0}), "upstream tcp://a:1 added");
  EXPECT_EQ(text_line({UpstreamKind::healthy, "tcp://a:1", "", 0}),
            "upstream tcp://a:1 is healthy");
  EXPECT_EQ(text_line({UpstreamKind::drained, "tcp://a:1", "", 0}),
            "upstream tcp://a:1 is drained");
}

TEST(EventLog, a_warning_is_a_line_too) {
  EXPECT_EQ(warning_line("mind the gap", LogFormat::text, {}), "warning: mind the gap");
  EXPECT_EQ(warning_line("mind the gap", LogFormat::json, "2026-01-02T03:04:05Z"),
            R"({"time":"2026-01-02T03:04:05Z","event":"warning","text":"mind the gap"})");
}

}  // namespace
}  // namespace bowline::cli
