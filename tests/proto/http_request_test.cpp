#include "bowline/proto/http_request.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

// The head of a request in memory of its own.
class Parsed {
 public:
  explicit Parsed(std::string text) : text_(std::move(text)), reader_(limits_, check_request_line) {
    if (reader_.read(text_) == HttpHeadReader::State::failed) {
      failure = reader_.failure();
    } else {
      failure = read_request(reader_.start_line(), reader_.fields(), request);
    }
  }

  HttpRequest request;
  HttpFailure failure;

 private:
  std::string text_;
  HttpLimits limits_;
  HttpHeadReader reader_;
};

Parsed with_target(const std::string& method_and_target) {
  return Parsed(method_and_target + " HTTP/1.1\r\nHost: here\r\n\r\n");
}

// "host path query", or the status of the failure.
std::string parts(const std::string& method_and_target) {
  Parsed parsed = with_target(method_and_target);
  if (parsed.failure) return std::to_string(parsed.failure.status);
  const HttpRequest& request = parsed.request;
  return std::string(request.host)
      .append(" ")
      .append(request.path)
      .append(" ")
      .append(request.query);
}

int status_with(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  return Parsed(line + "\r\n" + fields + "\r\n").failure.status;
}

TEST(HttpRequest, has_a_path_and_a_query) {
  EXPECT_EQ(parts("GET /a/b?c=d?e"), "here /a/b c=d?e");
  EXPECT_EQ(parts("GET /"), "here / ");
  EXPECT_EQ(parts("GET //a"), "here //a ");
}

TEST(HttpRequest, of_absolute_form_names_the_host_itself) {
  EXPECT_EQ(parts("GET http://there:80/a?b"), "there:80 /a b");
  EXPECT_EQ(parts("GET HTTPS://[::1]?b"), "[::1] / b");
  EXPECT_EQ(parts("GET http://there"), "there / ");
  for (const char* wrong : {"http://", "http:///a", "http://:80/", "http://a@b/", "http://a:b/",
                            "http:/a", "ftp://a/", "a", "a/b", "?a", "http://a\\b/"}) {
    EXPECT_EQ(parts(std::string("GET ") + wrong), "400") << wrong;
  }
}

TEST(HttpRequest, about_the_whole_server_is_for_options) {
  EXPECT_EQ(parts("OPTIONS *"), "here * ");
  EXPECT_EQ(parts("GET *"), "400");
}

TEST(HttpRequest, a_target_has_no_fragment_and_no_other_characters) {
  EXPECT_EQ(parts("GET /a#b"), "400");
  EXPECT_EQ(parts("GET /\xC3\xA4"), "400");
  EXPECT_EQ(parts("GET /\x7F"), "400");
  EXPECT_EQ(parts("GET /\t"), "400");
}

TEST(HttpRequest, unknown_methods_are_not_implemented) {
  EXPECT_EQ(parts("BREW /pot"), "501");
  EXPECT_EQ(parts("get /"), "501");
  EXPECT_EQ(parts("CONNECT a:80"), "501");
  EXPECT_EQ(parts("G@T /"), "400");
}

TEST(HttpRequest, versions_other_than_1_are_not_supported) {
  for (const char* line :
       {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/3.0", "PRI * HTTP/2.0"}) {
    EXPECT_EQ(status_with("Host: x\r\n", line), 505) << line;
  }
  EXPECT_EQ(status_with("Host: x\r\n", "GET / HTTP/1.7"), 0);
  for (const char* line :
       {"GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/1.x",
        "GET / HTTP 1.1", "GET / HTTP/01.1", "GET /", "GET", "", "GET  / HTTP/1.1",
        "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/\tHTTP/1.1",
        "GET / a HTTP/1.1", "/ HTTP/1.1"}) {
    EXPECT_EQ(status_with("Host: x\r\n", line), 400) << line;
  }
}

TEST(HttpRequest, names_its_host_once) {
  EXPECT_EQ(status_with(""), 400);
  EXPECT_EQ(status_with("Host: a\r\nHost: a\r\n"), 400);
  EXPECT_EQ(status_with("", "GET / HTTP/1.0"), 0);
  EXPECT_EQ(status_with("Host: a\r\nHost: b\r\n", "GET / HTTP/1.0"), 400);
}

TEST(HttpRequest, a_host_is_a_name_or_address_with_perhaps_a_port) {
  for (const char* host :
       {"a", "a.b-c:80", "127.0.0.1", "[::1]", "[::1]:80", "a:", "", "%41", "a_b"}) {
    EXPECT_TRUE(is_http_host(host)) << host;
  }
  for (const char* host : {"a b", "a,b", "a/b", "a@b", "a:b", "a:1:2", "::1", "[::1", "[::1]a",
                           "[]", "[x]", "a:123456", "a\\b", "a?b", "a#b", "[::1]80", "\xC3\xA4"}) {
    EXPECT_FALSE(is_http_host(host)) << host;
  }
}

TEST(HttpRequest, keeps_the_connection_by_default_since_1_1) {
  auto keeps = [](const std::string& version, const std::string& fields) {
    return Parsed("GET / HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n").request.keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive, x\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(HttpRequest, expects_to_be_told_to_continue_or_nothing) {
  auto expects = [](const std::string& fields) {
    return Parsed("PUT / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n").request.expects_continue;
  };
  EXPECT_TRUE(expects("Content-Length: 1\r\nExpect: 100-Continue\r\n"));
  EXPECT_TRUE(expects("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
  EXPECT_FALSE(expects("Expect: 100-continue\r\n"));
  EXPECT_EQ(status_with("Host: x\r\nExpect: tea\r\n"), 417);
  EXPECT_EQ(status_with("Host: x\r\nExpect: 100-continue, tea\r\n"), 417);
  EXPECT_EQ(status_with("Expect: tea\r\n", "GET / HTTP/1.0"), 0);
}

}  // namespace
}  // namespace bowline
