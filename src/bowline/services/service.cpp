#include "bowline/services/service.h"

#include "bowline/services/ack.h"
#include "bowline/services/broadcast.h"
#include "bowline/services/echo.h"
#include "bowline/services/receive.h"
#include "bowline/services/report.h"

namespace bowline {
namespace {

// For those with nothing to be told, nor to remember.
template <Task<> (*serve)(MessageStream messages)>
Handler plain(const ServiceOptions&) {
  return serve;
}

Handler broadcast_to_all(const ServiceOptions& options) {
  return broadcast(options.topics);
}

constexpr Service all[] = {
    {"echo", "send everything back as it came", "tcp://localhost:12345", plain<serve_echo>},
    {"ack", "answer each message with 'accepted', and 'close' with 'closed'",
     "tcp://127.0.0.1:8000", plain<serve_ack>},
    {"report", "answer each message with what was received, and from whom", "tcp://:9797",
     plain<serve_report>},
    {"receive", "take one message and close", "tcp://localhost:65432", plain<serve_receive>},
    {"broadcast", "send each message to all others that are connected", "any://localhost:8765",
     broadcast_to_all},
};

}  // namespace

std::span<const Service> services() {
  return all;
}

const Service* find_service(std::string_view name) {
  for (const Service& service : all) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

}  // namespace bowline
