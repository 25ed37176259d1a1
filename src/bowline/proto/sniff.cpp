#include "bowline/proto/sniff.h"

#include <algorithm>
#include <string_view>

namespace bowline {
namespace {

// Those of RFC 9110 9 and 5789, and the one that opens HTTP/2 (RFC 9113 3.4).
constexpr std::string_view methods[] = {"GET ",     "HEAD ",    "POST ",  "PUT ",   "DELETE ",
                                        "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "PRI "};
constexpr std::string_view version = " HTTP/";

// A handshake record of some version 3.x with a ClientHello in it.
Speech sniff_tls(std::string_view seen) {
  constexpr unsigned char minor_version_max = 4;
  constexpr unsigned char size_high_max = 0x40;  // a record holds 2^14 bytes at most
  auto byte = [&](std::size_t index) { return static_cast<unsigned char>(seen[index]); };
  if (seen.size() > 1 && byte(1) != 3) return Speech::raw;
  if (seen.size() > 2 && byte(2) > minor_version_max) return Speech::raw;
  if (seen.size() > 3 && byte(3) > size_high_max) return Speech::raw;
  if (seen.size() > 5 && byte(5) != 1) return Speech::raw;
  return seen.size() > 5 ? Speech::tls : Speech::undecided;
}

// `size` is that of the method at the front with its blank, or 0 while it is not all there.
Speech sniff_method(std::string_view seen, std::size_t& size) {
  size = 0;
  Speech speech = Speech::raw;
  for (std::string_view method : methods) {
    std::size_t common = std::min(seen.size(), method.size());
    if (seen.substr(0, common) != method.substr(0, common)) continue;
    speech = Speech::undecided;
    if (common == method.size()) size = common;
  }
  return speech;
}

// METHOD, a target, " HTTP/". Without the last, "GET key" of another protocol would be HTTP too.
Speech sniff_http(std::string_view seen) {
  std::size_t target_begin = 0;
  Speech speech = sniff_method(seen, target_begin);
  if (speech == Speech::raw || target_begin == 0) return speech;
  std::string_view target = seen.substr(0, sniff_size_max).substr(target_begin);
  for (std::size_t at = 0; at < target.size(); ++at) {
    auto byte = static_cast<unsigned char>(target[at]);
    if (byte < 0x20 || byte == 0x7F || (byte == ' ' && at == 0)) return Speech::raw;
    if (byte != ' ') continue;
    std::string_view end = seen.substr(target_begin + at, version.size());
    if (end != version.substr(0, end.size())) return Speech::raw;
    return end.size() == version.size() ? Speech::http : Speech::undecided;
  }
  return seen.size() >= sniff_size_max ? Speech::http : Speech::undecided;
}

}  // namespace

Speech sniff(Bytes seen) {
  constexpr char handshake_record = 0x16;
  std::string_view text = seen.text();
  if (text.empty()) return Speech::undecided;
  return text[0] == handshake_record ? sniff_tls(text) : sniff_http(text);
}

Speech Sniffer::receive(Bytes seen, Time now) {
  if (speech_ != Speech::undecided || seen.empty()) return speech_;
  speech_ = sniff(seen);
  deadline_ = later(now, options_.pause);
  std::size_t method_size = 0;
  sniff_method(seen.text(), method_size);
  past_method_ = method_size > 0 && method_size < seen.size();
  return speech_;
}

Speech Sniffer::receive_end() {
  return settle();
}

Speech Sniffer::on_time(Time now) {
  return now >= deadline_ ? settle() : speech_;
}

Speech Sniffer::settle() {
  if (speech_ == Speech::undecided) speech_ = past_method_ ? Speech::http : Speech::raw;
  return speech_;
}

}  // namespace bowline
