#include "bowline/proto/sniff.h"

#include "bowline/base/random.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string name(Speech speech) {
  constexpr const char* names[] = {"undecided", "tls", "http", "raw"};
  return names[static_cast<int>(speech)];
}

// The answer to the whole, and how many bytes it took; a decision must never change.
std::string sniffed(std::string_view text) {
  Speech last = sniff("");
  EXPECT_EQ(last, Speech::undecided);
  std::size_t decided = 0;
  for (std::size_t size = 1; size <= text.size(); ++size) {
    Speech now = sniff(text.substr(0, size));
    if (last == Speech::undecided) {
      decided = size;
    } else {
      EXPECT_EQ(now, last) << repr(text.substr(0, size));
    }
    last = now;
  }
  return last == Speech::undecided ? name(last) : name(last) + " " + std::to_string(decided);
}

TEST(Sniff, tells_http_by_its_request_line) {
  EXPECT_EQ(sniffed("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "http 11");
  EXPECT_EQ(sniffed("OPTIONS * HTTP/1.1\r\n"), "http 15");
  EXPECT_EQ(sniffed("CONNECT example.org:80 HTTP/1.1\r\n"), "http 28");
  EXPECT_EQ(sniffed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "http 11");
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"}) {
    EXPECT_EQ(sniff(std::string(method) + " /x?y HTTP/1.0"), Speech::http) << method;
  }
}

TEST(Sniff, takes_no_part_of_a_request_for_raw) {
  std::string text = "DELETE /" + std::string(100, 'a') + " HTTP/1.1";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_NE(sniff(text.substr(0, size)), Speech::raw) << size;
  }
}

TEST(Sniff, tells_tls_by_the_record_of_a_client_hello) {
  EXPECT_EQ(sniffed(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7)), "tls 6");
  EXPECT_EQ(sniffed(std::string_view("\x16\x03\x03\x40\x00\x01\x00", 7)), "tls 6");
  EXPECT_EQ(sniffed(std::string_view("\x16\x03\x01\x02\x00", 5)), "undecided");
}

TEST(Sniff, is_raw_as_soon_as_that_is_sure) {
  EXPECT_EQ(sniffed("hello\n"), "raw 1");
  EXPECT_EQ(sniffed("GETTING\n"), "raw 4");
  EXPECT_EQ(sniffed("GET\n"), "raw 4");
  EXPECT_EQ(sniffed("GET key\r\n"), "raw 8");
  EXPECT_EQ(sniffed("GET  /"), "raw 5");
  EXPECT_EQ(sniffed("GET me a coffee\n"), "raw 8");
  EXPECT_EQ(sniffed("POST office HTML\n"), "raw 15");
  EXPECT_EQ(sniffed("get / HTTP/1.1"), "raw 1");
  EXPECT_EQ(sniffed("\r\n"), "raw 1");
  EXPECT_EQ(sniffed(std::string_view("\0", 1)), "raw 1");
  EXPECT_EQ(sniffed("\x16\x02"), "raw 2");
  EXPECT_EQ(sniffed("\x16\x03\x05"), "raw 3");
  EXPECT_EQ(sniffed("\x16\x03\x01\x41"), "raw 4");
  EXPECT_EQ(sniffed(std::string_view("\x16\x03\x01\x01\x00\x02", 6)), "raw 6");
}

TEST(Sniff, a_request_line_without_end_is_http_that_is_too_long) {
  std::string text = "GET /" + std::string(2 * sniff_size_max, 'a');
  EXPECT_EQ(sniffed(text), "http " + std::to_string(sniff_size_max));
  std::string early = text.substr(0, sniff_size_max - 3) + " HTTP/1.1";
  EXPECT_EQ(sniffed(early), "http " + std::to_string(sniff_size_max + 3));
  EXPECT_EQ(sniffed(text.substr(0, sniff_size_max - 1) + " nothing"),
            "raw " + std::to_string(sniff_size_max + 1));
}

TEST(Sniff, does_not_change_its_mind) {
  Random random(1);
  constexpr std::string_view words[] = {"GET", " ",    "/",    "HTTP/", "\r\n",
                                        "a",   "\x16", "\x03", "POST "};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int count = 0; count < 6; ++count) text += words[random.below(std::size(words))];
    sniffed(text);
  }
}

TEST(Sniffer, takes_a_silent_client_for_raw) {
  Time start{};
  Sniffer sniffer(start);
  EXPECT_EQ(sniffer.next_deadline(), start + milliseconds(200));
  EXPECT_EQ(sniffer.on_time(start + milliseconds(199)), Speech::undecided);
  EXPECT_EQ(sniffer.on_time(start + milliseconds(200)), Speech::raw);
  EXPECT_EQ(sniffer.next_deadline(), never);
  // Now it is too late.
  EXPECT_EQ(sniffer.receive("GET / HTTP/1.1\r\n", start + milliseconds(300)), Speech::raw);
}

TEST(Sniffer, waits_longer_for_what_has_begun) {
  Time start{};
  Sniffer sniffer(start);
  EXPECT_EQ(sniffer.receive("GE", start), Speech::undecided);
  EXPECT_EQ(sniffer.next_deadline(), start + seconds(5));
  EXPECT_EQ(sniffer.receive("GET / HT", start + seconds(4)), Speech::undecided);
  EXPECT_EQ(sniffer.next_deadline(), start + seconds(9));
  EXPECT_EQ(sniffer.on_time(start + seconds(8)), Speech::undecided);
  EXPECT_EQ(sniffer.on_time(start + seconds(9)), Speech::http);
}

TEST(Sniffer, takes_a_pause_within_a_method_for_raw) {
  for (const char* text : {"G", "GET ", "\x16\x03"}) {
    Sniffer sniffer(Time{});
    EXPECT_EQ(sniffer.receive(text, Time{}), Speech::undecided);
    EXPECT_EQ(sniffer.on_time(Time{} + seconds(5)), Speech::raw) << text;
  }
}

TEST(Sniffer, decides_at_the_end) {
  Sniffer sniffer(Time{});
  EXPECT_EQ(sniffer.receive("GET", Time{}), Speech::undecided);
  EXPECT_EQ(sniffer.receive_end(), Speech::raw);
}

}  // namespace
}  // namespace bowline
