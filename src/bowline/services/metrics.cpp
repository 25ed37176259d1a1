#include "bowline/services/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <limits>
#include <map>

namespace bowline {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Labels labels_of(const ServiceStatus& service) {
  std::string transport = service.url.substr(0, service.url.find(':'));
  return {{"service", service.service}, {"transport", transport}, {"url", service.url}};
}

ClientMetric metric(MetricType type, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

ClientMetric histogram(const LatencyCounts& latency, Labels labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t count = 0;
  for (std::size_t index = 0; index < latency.counts.size(); ++index) {
    count += latency.counts[index];
    bool last = index == latency.edges_us.size();
    double edge = last ? std::numeric_limits<double>::infinity() : latency.edges_us[index] / 1e6;
    metric.histogram.bucket.push_back({count, edge});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = seconds(latency.sum);
  return metric;
}

// What is one number of a service.
struct Number {
  const char* name;
  const char* help;
  MetricType type;
  double (*of)(const ServiceStatus& service);
};

template <auto member>
double value_of(const ServiceStatus& service) {
  return static_cast<double>(service.*member);
}

constexpr Number numbers[] = {
    {"bowline_connections", "Connections at this moment, those being opened included.",
     MetricType::Gauge, value_of<&ServiceStatus::open>},
    {"bowline_accepted_connections_total", "Connections that were let in.", MetricType::Counter,
     value_of<&ServiceStatus::accepted>},
    {"bowline_refused_connections_total", "Connections that the limit per address refused.",
     MetricType::Counter, value_of<&ServiceStatus::refused>},
    {"bowline_opened_connections_total",
     "Connections that got to their handler, after the handshake where there is one.",
     MetricType::Counter, value_of<&ServiceStatus::opened>},
    {"bowline_received_bytes_total", "Bytes that handlers have read.", MetricType::Counter,
     value_of<&ServiceStatus::bytes_received>},
    {"bowline_sent_bytes_total", "Bytes that handlers have written.", MetricType::Counter,
     value_of<&ServiceStatus::bytes_sent>},
    {"bowline_received_messages_total", "Messages that handlers have read; of bytes, reads.",
     MetricType::Counter, value_of<&ServiceStatus::messages_received>},
    {"bowline_sent_messages_total", "Messages that handlers have written; of bytes, writes.",
     MetricType::Counter, value_of<&ServiceStatus::messages_sent>},
    {"bowline_dropped_messages_total", "Messages that were dropped since their reader is slow.",
     MetricType::Counter, value_of<&ServiceStatus::dropped>},
};

struct Latency {
  const char* name;
  const char* help;
  LatencyCounts ServiceStatus::*counts;
};

constexpr Latency latencies[] = {
    {"bowline_opening_duration_seconds", "From the accept to the end of the handshake.",
     &ServiceStatus::opening},
    {"bowline_answer_duration_seconds", "From what was received to the next write.",
     &ServiceStatus::answers},
};

class Families {
 public:
  void add(const char* name, const char* help, MetricType type, double value) {
    begin(name, help, type).push_back(metric(type, value));
  }
  // The metrics of a new family.
  std::vector<ClientMetric>& begin(const char* name, const char* help, MetricType type) {
    return all_.emplace_back(MetricFamily{name, help, type, {}}).metric;
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(all_); }

 private:
  std::vector<MetricFamily> all_;
};

void add_services(Families& families, const std::vector<ServiceStatus>& services) {
  for (const Number& number : numbers) {
    std::vector<ClientMetric>& metrics = families.begin(number.name, number.help, number.type);
    for (const ServiceStatus& service : services) {
      metrics.push_back(metric(number.type, number.of(service), labels_of(service)));
    }
  }
  std::vector<ClientMetric>& failures = families.begin(
      "bowline_connection_failures_total",
      "Connections that ended before their time, by what went wrong.", MetricType::Counter);
  for (const ServiceStatus& service : services) {
    for (const auto& [error, count] : service.failures) {
      Labels labels = labels_of(service);
      labels.push_back({"error", error});
      failures.push_back(
          metric(MetricType::Counter, static_cast<double>(count), std::move(labels)));
    }
  }
  for (const Latency& latency : latencies) {
    std::vector<ClientMetric>& metrics =
        families.begin(latency.name, latency.help, MetricType::Histogram);
    for (const ServiceStatus& service : services) {
      metrics.push_back(histogram(service.*latency.counts, labels_of(service)));
    }
  }
}

void add_queues(Families& families, const std::vector<ConnectionStatus>& connections) {
  std::map<std::string, double> queued;
  for (const ConnectionStatus& connection : connections) {
    queued[connection.service] += static_cast<double>(connection.queued);
  }
  std::vector<ClientMetric>& metrics =
      families.begin("bowline_queued_bytes", "Bytes written that the peers have not taken yet.",
                     MetricType::Gauge);
  for (const auto& [service, size] : queued) {
    metrics.push_back(metric(MetricType::Gauge, size, {{"service", service}}));
  }
}

void add_upstreams(Families& families, const std::vector<UpstreamStatus>& upstreams) {
  auto add = [&](const char* name, const char* help, MetricType type, auto member) {
    std::vector<ClientMetric>& metrics = families.begin(name, help, type);
    for (const UpstreamStatus& upstream : upstreams) {
      auto value = static_cast<double>(upstream.*member);
      metrics.push_back(metric(type, value, {{"upstream", upstream.url}}));
    }
  };
  add("bowline_upstream_healthy", "0 once its checks and connections fail.", MetricType::Gauge,
      &UpstreamStatus::healthy);
  add("bowline_upstream_draining", "1 while it gets no new connections.", MetricType::Gauge,
      &UpstreamStatus::draining);
  add("bowline_upstream_connections", "Connections at this moment.", MetricType::Gauge,
      &UpstreamStatus::connections);
  add("bowline_upstream_attempts_total", "Attempts to connect for a client.", MetricType::Counter,
      &UpstreamStatus::attempts);
  add("bowline_upstream_failures_total", "Attempts and checks that failed.", MetricType::Counter,
      &UpstreamStatus::failures);
}

void add_process(Families& families, const os::ProcessUsage& usage) {
  auto gauge = [&](const char* name, const char* help, auto value) {
    families.add(name, help, MetricType::Gauge, static_cast<double>(value));
  };
  families.add("process_cpu_seconds_total", "Processor time, of user and system.",
               MetricType::Counter, usage.cpu_seconds);
  gauge("process_start_time_seconds", "When it began, in seconds since 1970.",
        usage.start_time_seconds);
  gauge("process_resident_memory_bytes", "Memory in use.", usage.resident_memory);
  gauge("process_virtual_memory_bytes", "Address space in use.", usage.virtual_memory);
  gauge("process_open_fds", "Open file descriptors.", usage.open_files);
  gauge("process_max_fds", "How many file descriptors it may open.", usage.open_files_max);
}

}  // namespace

std::string metrics_text(const ServerStatus& status, const os::ProcessUsage& usage,
                         const std::vector<ConnectionStatus>& connections,
                         const std::vector<UpstreamStatus>& upstreams) {
  Families families;
  families.add("bowline_uptime_seconds", "How long the server runs.", MetricType::Gauge,
               seconds(status.uptime));
  families.add("bowline_draining", "1 once the server drains.", MetricType::Gauge, status.draining);
  families.add("bowline_accept_failures_total", "How often accepting failed.", MetricType::Counter,
               static_cast<double>(status.accept_failures));
  add_services(families, status.services);
  if (!connections.empty()) add_queues(families, connections);
  if (!upstreams.empty()) add_upstreams(families, upstreams);
  add_process(families, usage);
  return families.text();
}

}  // namespace bowline
