#include "bowline/services/metrics.h"

#include <gmock/gmock.h>

#include <chrono>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view labels = R"(service="echo",transport="ws",url="ws://127.0.0.1:8000")";

ServerStatus status_of(ServiceStatus service) {
  service.url = "ws://127.0.0.1:8000";
  service.service = "echo";
  ServerStatus status;
  status.services = {service};
  return status;
}

std::string line(std::string_view name, std::string_view value, std::string_view more = {}) {
  return std::string("\n").append(name).append("{").append(labels).append(more).append("} ").append(
             value) +
         "\n";
}

TEST(Metrics, have_a_line_for_each_number_of_a_service) {
  ServiceStatus service;
  service.open = 3;
  service.accepted = 12'345'678'901;
  service.refused = 4;
  service.opened = 5;
  service.bytes_received = 6;
  service.bytes_sent = 7;
  service.messages_received = 8;
  service.messages_sent = 9;
  service.dropped = 10;
  std::string text = metrics_text(status_of(service), {});
  EXPECT_THAT(text, HasSubstr(line("bowline_connections", "3")));
  EXPECT_THAT(text, HasSubstr(line("bowline_accepted_connections_total", "12345678901")));
  EXPECT_THAT(text, HasSubstr(line("bowline_refused_connections_total", "4")));
  EXPECT_THAT(text, HasSubstr(line("bowline_opened_connections_total", "5")));
  EXPECT_THAT(text, HasSubstr(line("bowline_received_bytes_total", "6")));
  EXPECT_THAT(text, HasSubstr(line("bowline_sent_bytes_total", "7")));
  EXPECT_THAT(text, HasSubstr(line("bowline_received_messages_total", "8")));
  EXPECT_THAT(text, HasSubstr(line("bowline_sent_messages_total", "9")));
  EXPECT_THAT(text, HasSubstr(line("bowline_dropped_messages_total", "10")));
}

TEST(Metrics, count_failures_by_their_kind) {
  ServiceStatus service;
  service.failures = {{"connection reset", 2}, {"timed out", 3}};
  std::string text = metrics_text(status_of(service), {});
  std::string_view name = "bowline_connection_failures_total";
  EXPECT_THAT(text, HasSubstr(line(name, "2", R"(,error="connection reset")")));
  EXPECT_THAT(text, HasSubstr(line(name, "3", R"(,error="timed out")")));
}

TEST(Metrics, add_a_histogram_up_to_the_last_bucket) {
  ServiceStatus service;
  service.answers.counts.front() = 1;
  service.answers.counts[1] = 2;
  service.answers.counts.back() = 4;
  service.answers.sum = 1500ms;
  std::string text = metrics_text(status_of(service), {});
  std::string bucket = "bowline_answer_duration_seconds_bucket";
  EXPECT_THAT(text, HasSubstr(line(bucket, "1", R"(,le="1e-05")")));
  EXPECT_THAT(text, HasSubstr(line(bucket, "3", R"(,le="2.5e-05")")));
  EXPECT_THAT(text, HasSubstr(line(bucket, "3", R"(,le="10")")));
  EXPECT_THAT(text, HasSubstr(line(bucket, "7", R"(,le="+Inf")")));
  EXPECT_THAT(text, HasSubstr(line("bowline_answer_duration_seconds_count", "7")));
  EXPECT_THAT(text, HasSubstr(line("bowline_answer_duration_seconds_sum", "1.5")));
}

TEST(Metrics, tell_of_the_server_as_a_whole) {
  ServerStatus status;
  status.uptime = 90s;
  status.draining = true;
  status.accept_failures = 2;
  std::string text = metrics_text(status, {});
  EXPECT_THAT(text, HasSubstr("\nbowline_uptime_seconds 90\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_draining 1\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_accept_failures_total 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("bowline_queued_bytes")));
}

TEST(Metrics, add_up_the_queues_of_a_service) {
  std::vector<ConnectionStatus> connections(3);
  connections[0].service = "ack";
  connections[0].queued = 5;
  connections[1].service = connections[2].service = "echo";
  connections[1].queued = connections[2].queued = 1000;
  std::string text = metrics_text({}, {}, connections);
  EXPECT_THAT(text, HasSubstr("\nbowline_queued_bytes{service=\"ack\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_queued_bytes{service=\"echo\"} 2000\n"));
}

TEST(Metrics, have_the_upstreams_of_a_relay) {
  UpstreamStatus well{.url = "tcp://a:1", .connections = 2, .attempts = 9, .failures = 4};
  UpstreamStatus ill{.url = "tcp://b:1", .healthy = false, .draining = true};
  std::string text = metrics_text({}, {}, {}, {well, ill});
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_healthy{upstream=\"tcp://a:1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_healthy{upstream=\"tcp://b:1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_draining{upstream=\"tcp://b:1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_connections{upstream=\"tcp://a:1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_attempts_total{upstream=\"tcp://a:1\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("\nbowline_upstream_failures_total{upstream=\"tcp://a:1\"} 4\n"));
}

TEST(Metrics, tell_of_the_process) {
  os::ProcessUsage usage;
  usage.cpu_seconds = 0.25;
  usage.resident_memory = 4096;
  usage.open_files = 12;
  std::string text = metrics_text({}, usage);
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total 0.25\n"));
  EXPECT_THAT(text, HasSubstr("\nprocess_resident_memory_bytes 4096\n"));
  EXPECT_THAT(text, HasSubstr("\nprocess_open_fds 12\n"));
}

}  // namespace
}  // namespace bowline
