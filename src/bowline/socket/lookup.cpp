#include "bowline/socket/lookup.h"

#include "bowline/base/error.h"
#include "bowline/os/signals.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace bowline {
namespace {

// Shared by the caller and the thread, since either may be the last to need it.
struct Question {
  std::string host;
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<os::Lookup> lookup;
};

}  // namespace

os::Lookup look_up_with(Answer answer, const std::string& host, std::uint16_t port, bool passive,
                        Family family, Deadline deadline) {
  if (deadline.time() == never) return answer(host, port, passive, family);
  auto question = std::make_shared<Question>();
  question->host = host;
  os::SignalsHeld held;  // by the thread; this one is only late to get them
  try {
    std::thread([question, answer, port, passive, family] {
      os::Lookup lookup = answer(question->host, port, passive, family);
      std::lock_guard lock(question->mutex);
      question->lookup = std::move(lookup);
      question->answered.notify_one();
    }).detach();
  } catch (const std::system_error& error) {
    return {{}, error.code()};
  }
  std::unique_lock lock(question->mutex);
  bool in_time = question->answered.wait_until(lock, deadline.time(),
                                               [&] { return question->lookup.has_value(); });
  if (!in_time) return {{}, std::make_error_code(std::errc::timed_out)};
  return std::move(*question->lookup);
}

os::Lookup look_up(const std::string& host, std::uint16_t port, bool passive, Family family,
                   Deadline deadline) {
  if (os::is_literal(host)) deadline = Deadline::none();
  return look_up_with(os::look_up, host, port, passive, family, deadline);
}

std::string lookup_advice(std::error_code error, const std::string& host, Family family) {
  if (error == std::errc::timed_out) return "the name servers take too long to answer";
  if (error == Errc::name_lookup_failed) return "the name servers did not answer, try again later";
  if (error != Errc::name_not_found) return "";
  std::string kind = family == Family::ipv4 ? "IPv4 " : family == Family::ipv6 ? "IPv6 " : "";
  return "'" + host + "' has no " + kind + "address, is it spelled right?";
}

}  // namespace bowline
