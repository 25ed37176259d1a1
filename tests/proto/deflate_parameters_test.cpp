#include "bowline/proto/deflate_parameters.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

WebSocketExtension extension(std::string_view text) {
  auto all = parse_extensions(text);
  EXPECT_TRUE(all && all->size() == 1) << text;
  return all ? all->at(0) : WebSocketExtension{};
}

// The server's answer to one offer, or "no".
std::string answer(std::string_view offer, const DeflateParameters& wanted = {}) {
  std::string out;
  return accept_deflate_offer(extension(offer), wanted, out) ? out : "no";
}

// "server bits, client bits, takeovers", or "no".
std::string agreed(std::string_view text, const DeflateParameters& wanted = {}) {
  auto parameters = accept_deflate_answer(extension(text), wanted);
  if (!parameters) return "no";
  return std::to_string(parameters->server_window_bits) + " " +
         std::to_string(parameters->client_window_bits) +
         (parameters->server_no_takeover ? " s" : "") +
         (parameters->client_no_takeover ? " c" : "");
}

std::string parsed(std::string_view text) {
  auto all = parse_extensions(text);
  if (!all) return "wrong";
  std::string out;
  for (const WebSocketExtension& one : *all) {
    out += "[" + one.name;
    for (const auto& [name, value] : one.parameters) {
      out += ";" + name + (value ? "=" + *value : "");
    }
    out += "]";
  }
  return out;
}

TEST(Extensions, are_names_with_parameters) {
  EXPECT_EQ(parsed(""), "");
  EXPECT_EQ(parsed("a"), "[a]");
  EXPECT_EQ(parsed("a; b ;c=1 ; d=\"x\" , e;f = g"), "[a;b;c=1;d=x][e;f=g]");
  EXPECT_EQ(parsed("a;b=\"x\\y\",,c"), "[a;b=xy][c]");
}

TEST(Extensions, that_break_the_grammar_are_refused) {
  for (const char* wrong :
       {"a b", "a;", "a;;b", ";a", "a;b=", "a;=b", "a;b=\"", "a;b=\"\"", "a;b=\"x y\"", "a;b=c=d",
        "a;b=\"x,y\"", "a;b=\"c\"d", "\"a\"", "a;\"b\""}) {
    EXPECT_EQ(parsed(wrong), "wrong") << wrong;
  }
}

TEST(DeflateOffer, is_met_as_it_was_made) {
  EXPECT_EQ(answer("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=15"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9"),
            "permessage-deflate; client_max_window_bits=9");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=\"15\""),
            "permessage-deflate; server_max_window_bits=15");
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
}

TEST(DeflateOffer, becomes_what_the_server_wants_where_that_is_less) {
  DeflateParameters wanted{10, 11, true, true};
  EXPECT_EQ(answer("permessage-deflate", wanted),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", wanted),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10; client_max_window_bits=11");
  EXPECT_EQ(answer("permessage-deflate;client_max_window_bits=9;server_max_window_bits=8", wanted),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=8; client_max_window_bits=9");
}

TEST(DeflateOffer, that_can_not_be_read_is_declined) {
  for (const char* offer :
       {"x-webkit-deflate-frame", "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=08",
        "permessage-deflate; client_max_window_bits=0",
        "permessage-deflate; client_max_window_bits=1000000000000",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=10; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10"}) {
    EXPECT_EQ(answer(offer), "no") << offer;
  }
}

TEST(DeflateOffer, of_a_client_says_what_it_wants) {
  EXPECT_EQ(deflate_offer({}), "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(deflate_offer({10, 11, true, true}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10; client_max_window_bits=11");
}

TEST(DeflateAnswer, is_what_both_agree_on) {
  EXPECT_EQ(agreed("permessage-deflate"), "15 15");
  EXPECT_EQ(agreed("permessage-deflate; server_max_window_bits=9; client_max_window_bits=10"),
            "9 10");
  EXPECT_EQ(agreed("permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
            "15 15 s c");
  EXPECT_EQ(agreed("permessage-deflate", {.client_window_bits = 12, .client_no_takeover = true}),
            "15 12 c");
}

TEST(DeflateAnswer, that_was_not_asked_for_so_is_refused) {
  EXPECT_EQ(agreed("permessage-deflate; client_max_window_bits"), "no");
  EXPECT_EQ(agreed("permessage-deflate; unknown"), "no");
  EXPECT_EQ(agreed("permessage-deflate; client_max_window_bits=12", {.client_window_bits = 11}),
            "no");
  EXPECT_EQ(agreed("permessage-deflate", {.server_window_bits = 11}), "no");
  EXPECT_EQ(agreed("permessage-deflate", {.server_no_takeover = true}), "no");
  EXPECT_EQ(agreed("x-webkit-deflate-frame"), "no");
}

// What one end answers, the other end understands as the same.
TEST(DeflateAnswer, means_the_same_to_both_ends) {
  for (int bits = 0; bits < 4 * 4 * 4 * 4; ++bits) {
    auto side = [](int choice) {
      return DeflateParameters{choice & 1 ? 9 : 15, choice & 2 ? 10 : 15, (choice & 4) != 0,
                               (choice & 8) != 0};
    };
    DeflateParameters client = side(bits & 15);
    DeflateParameters server = side(bits >> 4);
    std::string text;
    auto here = accept_deflate_offer(extension(deflate_offer(client)), server, text);
    ASSERT_TRUE(here);
    auto there = accept_deflate_answer(extension(text), client);
    ASSERT_TRUE(there) << text;
    EXPECT_EQ(*here, *there) << text;
  }
}

}  // namespace
}  // namespace bowline
