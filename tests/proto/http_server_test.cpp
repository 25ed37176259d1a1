#include "bowline/proto/http_server.h"

#include "tests/proto/http_talk.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::default_server;
using testing::HttpTalk;
using testing::Pieces;
using testing::served;
using testing::some_cuts;
using Kind = HttpServerEvent::Kind;
using std::chrono::seconds;

constexpr char get[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string output(std::string_view text) {
  HttpTalk talk(default_server());
  talk.receive(text);
  return talk.output();
}

// A protocol at the point where this request may be answered.
class Asked {
 public:
  explicit Asked(std::string text) : text_(std::move(text)), http(default_server()) {
    http.receive(text_);
    EXPECT_EQ(http.next_event().kind, Kind::request);
  }
  Kind next() { return http.next_event().kind; }

 private:
  std::string text_;

 public:
  HttpServerProtocol http;
};

TEST(HttpServer, answers_a_request) {
  EXPECT_EQ(output(get), ok);
}

TEST(HttpServer, does_not_depend_on_how_bytes_arrive) {
  std::string text = std::string(get) +
                     "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" +
                     "\r\nPUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     "2\r\nhi\r\n0\r\n\r\n" + "GET /d HTTP/1.0\r\n\r\nno more";
  HttpTalk whole(default_server());
  whole.receive(text);
  EXPECT_EQ(whole.seen(), "GET /a {} POST /b {hello} PUT /c {hi} GET /d {} .");
  for (const Pieces& pieces : some_cuts(text)) {
    HttpTalk talk(default_server());
    for (const std::string& piece : pieces) talk.receive(piece);
    ASSERT_EQ(talk.seen(), whole.seen());
    ASSERT_EQ(talk.output(), whole.output());
  }
}

TEST(HttpServer, looks_at_one_request_at_a_time) {
  Asked asked(std::string(get) + get);
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_FALSE(asked.http.wants_input());
  asked.http.respond(200, {}, "ok");
  EXPECT_EQ(asked.next(), Kind::request);
}

TEST(HttpServer, closes_when_the_client_or_the_server_wants_it) {
  EXPECT_EQ(served("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + std::string(get)),
            "GET / {} .");
  EXPECT_EQ(served(std::string("GET / HTTP/1.0\r\n\r\n") + get), "GET / {} .");
  Asked asked(std::string(get) + get);
  asked.http.close_after_response();
  asked.http.respond(200, {}, "");
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_TRUE(asked.http.closing());
  EXPECT_NE(asked.http.take_output().find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(HttpServer, that_closes_forgets_what_came_behind) {
  Asked asked("GET / HTTP/1.0\r\n\r\nmore");
  asked.http.respond(200, {}, "");
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_TRUE(asked.http.rest().empty());
}

TEST(HttpServer, says_so_when_it_keeps_a_connection_of_1_0) {
  EXPECT_EQ(output("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
}

TEST(HttpServer, answers_head_without_the_body) {
  EXPECT_EQ(output("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  Asked asked("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  asked.http.begin_response(200, {});
  asked.http.send("body");
  asked.http.end_response();
  EXPECT_EQ(asked.http.take_output(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(HttpServer, answers_when_the_request_is_no_longer_in_memory) {
  std::string text = "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  HttpServerProtocol http(default_server());
  http.receive(text);
  while (http.next_event().kind != Kind::none) continue;
  text.assign(text.size(), 'x');
  http.respond(200, {}, "ok");
  EXPECT_EQ(http.take_output(),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n");
}

TEST(HttpServer, gives_no_size_where_there_is_no_body) {
  Asked asked(get);
  asked.http.respond(204, {{"A", "b"}}, "");
  EXPECT_EQ(asked.http.take_output(), "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
}

TEST(HttpServer, answers_piece_by_piece) {
  Asked asked(std::string(get) + get);
  asked.http.begin_response(200, {{"Content-Type", "text/plain"}});
  asked.http.send("hello");
  asked.http.send("");
  asked.http.send("!");
  asked.http.end_response();
  EXPECT_EQ(asked.http.take_output(),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_EQ(asked.next(), Kind::request);
}

TEST(HttpServer, ends_an_answer_of_1_0_with_the_connection) {
  Asked asked("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  asked.http.begin_response(200, {});
  asked.http.send("hello");
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_FALSE(asked.http.closing());
  asked.http.end_response();
  EXPECT_EQ(asked.http.take_output(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
  EXPECT_TRUE(asked.http.closing());
}

TEST(HttpServer, tells_a_client_that_waits_to_continue) {
  Asked asked("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(asked.http.take_output(), "");
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_EQ(asked.http.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");
  asked.http.receive("hi");
  EXPECT_EQ(asked.next(), Kind::data);
  EXPECT_EQ(asked.next(), Kind::end);
  asked.http.respond(200, {}, "ok");
  EXPECT_EQ(asked.http.take_output(), ok);
}

TEST(HttpServer, that_answers_before_the_client_may_continue_closes) {
  Asked asked("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  asked.http.respond(403, {}, "");
  EXPECT_EQ(asked.http.take_output(),
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(asked.http.closing());
}

TEST(HttpServer, reads_a_body_on_after_the_answer) {
  Asked asked("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
  asked.http.respond(404, {}, "");
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_TRUE(asked.http.wants_input());
  std::string rest = std::string("hi") + get;
  asked.http.receive(rest);
  EXPECT_EQ(asked.next(), Kind::data);
  EXPECT_EQ(asked.next(), Kind::end);
  EXPECT_EQ(asked.next(), Kind::request);
}

TEST(HttpServer, answers_a_failure_with_its_status_and_closes) {
  EXPECT_EQ(output("hello\r\n"),
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 55\r\nConnection: close\r\n\r\n"
            "the first line is not a method, a target and a version\n");
}

TEST(HttpServer, has_a_status_for_each_failure) {
  HttpServerOptions options;
  options.limits = {
      .start_line_size_max = 30, .fields_size_max = 100, .field_count_max = 3, .body_size_max = 4};
  std::string host = "Host: x\r\n";
  std::string line = "POST / HTTP/1.1\r\n";
  auto status = [&](const std::string& text) { return served(text, options); };
  EXPECT_EQ(status("GET /" + std::string(30, 'a')), "!414 .");
  EXPECT_EQ(status(line + "A: " + std::string(200, 'a')), "!431 .");
  EXPECT_EQ(status(line + "A:\r\nA:\r\nA:\r\nA:\r\n"), "!431 .");
  EXPECT_EQ(status(line + host + "Content-Length: 5\r\n\r\n"), "!413 .");
  EXPECT_EQ(status(line + host + "Expect: tea\r\n\r\n"), "!417 .");
  EXPECT_EQ(status("BREW / HTTP/1.1\r\n"), "!501 .");
  EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "!505 .");
  EXPECT_EQ(status(line + host + "Transfer-Encoding: chunked\r\n\r\n5\r\n"), "POST / {!413 .");
}

TEST(HttpServer, takes_no_answer_back_when_the_body_fails) {
  Asked asked("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx");
  asked.http.respond(200, {}, "ok");
  EXPECT_EQ(asked.http.take_output(), ok);
  EXPECT_EQ(asked.next(), Kind::failed);
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_EQ(asked.http.take_output(), "");
  EXPECT_TRUE(asked.http.closing());
}

TEST(HttpServer, drops_an_answer_that_comes_after_a_failure) {
  Asked asked("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx");
  EXPECT_EQ(asked.next(), Kind::failed);
  EXPECT_EQ(asked.http.take_output().substr(0, 12), "HTTP/1.1 400");
  asked.http.respond(200, {}, "ok");
  EXPECT_EQ(asked.http.take_output(), "");
}

TEST(HttpServer, the_end_is_fine_between_requests_only) {
  EXPECT_EQ(served(""), ".");
  EXPECT_EQ(served(std::string(get) + "\r\n"), "GET /a {} .");
  EXPECT_EQ(served("GET /a HT"), "!400 .");
  EXPECT_EQ(served("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nh"), "PUT / {h!400 .");
}

TEST(HttpServer, hands_the_connection_over_with_what_came_behind) {
  Asked asked(std::string(get) + "frames");
  asked.http.upgrade({{"Upgrade", "websocket"}});
  EXPECT_EQ(asked.http.take_output(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(asked.next(), Kind::none);
  EXPECT_EQ(asked.http.rest(), "frames");
  EXPECT_FALSE(asked.http.wants_input());
}

TEST(HttpServer, waits_so_long_for_each_part) {
  Time start{};
  HttpServerProtocol http(default_server());
  EXPECT_EQ(http.next_deadline(start), start + seconds(10));
  http.receive("PUT / HTTP/1.1\r\n");
  EXPECT_EQ(http.next_event().kind, Kind::none);
  EXPECT_EQ(http.next_deadline(start + seconds(5)), start + seconds(15));
  // More of it does not begin the wait again.
  http.receive("Host: x\r\n");
  EXPECT_EQ(http.next_event().kind, Kind::none);
  EXPECT_EQ(http.next_deadline(start + seconds(6)), start + seconds(15));
  http.receive("Content-Length: 1\r\n\r\n");
  EXPECT_EQ(http.next_event().kind, Kind::request);
  EXPECT_EQ(http.next_deadline(start + seconds(7)), start + seconds(67));
  http.receive("x");
  EXPECT_EQ(http.next_event().kind, Kind::data);
  EXPECT_EQ(http.next_event().kind, Kind::end);
  EXPECT_EQ(http.next_deadline(start + seconds(8)), never);
  http.respond(200, {}, "");
  EXPECT_EQ(http.next_deadline(start + seconds(100)), start + seconds(160));
}

TEST(HttpServer, answers_a_request_that_does_not_come_with_408) {
  HttpServerProtocol http(default_server());
  http.receive("GET / HT");
  EXPECT_EQ(http.next_event().kind, Kind::none);
  Time deadline = http.next_deadline(Time{});
  http.on_time(deadline - Duration(1));
  EXPECT_EQ(http.next_event().kind, Kind::none);
  http.on_time(deadline);
  EXPECT_EQ(http.next_event().kind, Kind::failed);
  EXPECT_EQ(http.take_output().substr(0, 28), "HTTP/1.1 408 Request Timeout");
  EXPECT_TRUE(http.closing());
}

TEST(HttpServer, closes_an_idle_connection_without_a_word) {
  HttpServerProtocol http(default_server());
  http.on_time(http.next_deadline(Time{}));
  EXPECT_TRUE(http.closing());
  EXPECT_EQ(http.next_event().kind, Kind::none);
  EXPECT_EQ(http.take_output(), "");
}

}  // namespace
}  // namespace bowline
