#include "bowline/services/service.h"

#include "bowline/services/ack.h"
#include "bowline/services/echo.h"
#include "bowline/services/receive.h"
#include "bowline/services/report.h"

namespace bowline {
namespace {

constexpr Service all[] = {
    {"echo", "send everything back as it came", "tcp://localhost:12345", serve_echo},
    {"ack", "answer each message with 'accepted', and 'close' with 'closed'",
     "tcp://127.0.0.1:8000", serve_ack},
    {"report", "answer each message with what was received, and from whom", "tcp://:9797",
     serve_report},
    {"receive", "take one message and close", "tcp://localhost:65432", serve_receive},
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
