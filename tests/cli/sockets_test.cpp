#include "cli/sockets.h"

#include "tests/support/held_sockets.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace bowline::cli {
namespace {

using namespace os::test;
using nlohmann::json;
using testing::HasSubstr;

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string error;
};

// `bowline sockets ARGUMENTS`; 2 for what can't be parsed, as main() has it.
Ran run(const std::string& arguments) {
  CLI::App app;
  Ran ran;
  define_sockets(app, ran.exit_code);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse("sockets " + arguments);
  } catch (const CLI::ParseError&) {
    ran.exit_code = 2;
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.error = testing::internal::GetCapturedStderr();
  return ran;
}

json rows(const std::string& arguments) {
  Ran ran = run("--json " + arguments);
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  return json::parse(ran.out);
}

TEST(Sockets, show_a_listener_and_its_process) {
  os::FileDescriptor listener = listening();
  Address address = address_of(listener);
  Ran ran = run("--listening --port " + std::to_string(address.port()));
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.out, HasSubstr(address.text() + "  *"));
  EXPECT_THAT(ran.out, HasSubstr("(" + std::to_string(::getpid()) + ")"));
}

TEST(Sockets, of_a_process_are_only_its_own) {
  os::FileDescriptor listener = listening();
  Child child([] { return listening(); });
  json found = rows("--listening --tcp --pid " + std::to_string(::getpid()));
  std::set<int> ports;
  for (const json& row : found) ports.insert(row["local"]["port"].get<int>());
  EXPECT_TRUE(ports.contains(address_of(listener).port()));
  EXPECT_FALSE(ports.contains(child.port()));
}

TEST(Sockets, of_a_port_are_all_that_have_it_at_either_end) {
  os::FileDescriptor listener = listening();
  os::FileDescriptor client = connected(address_of(listener));
  os::FileDescriptor server = accepted(listener);
  std::string port = std::to_string(address_of(listener).port());
  EXPECT_EQ(rows("--port " + port).size(), 3u);
  EXPECT_EQ(rows("--listening --port " + port).size(), 1u);
  EXPECT_EQ(rows("--state established --port " + port).size(), 2u);
  EXPECT_EQ(rows("--state ESTAB,LISTEN --port " + port).size(), 3u);
  EXPECT_EQ(rows("--udp --port " + port).size(), 0u);
}

TEST(Sockets, include_unix_sockets_that_listen) {
  Folder folder;
  os::FileDescriptor listener = listening(folder.address("socket"));
  os::FileDescriptor client = connected(folder.address("socket"));
  Ran brief = run("");
  EXPECT_THAT(brief.out, HasSubstr(folder.file("socket")));
  EXPECT_THAT(brief.error, HasSubstr("see --unix"));
  Ran full = run("--unix --pid " + std::to_string(::getpid()));
  EXPECT_THAT(full.out, HasSubstr("ESTAB"));
  EXPECT_EQ(full.error, "");
}

TEST(Sockets, fail_for_a_process_that_is_not_there) {
  Ran ran = run("--pid 2147483647");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.error, HasSubstr("there is no process 2147483647"));
}

TEST(Sockets, refuse_arguments_that_make_no_sense) {
  for (const char* arguments : {"--port 0", "--port 70000", "--port x", "--pid 0", "--pid -1",
                                "--state nonsense", "--nonsense", "extra"}) {
    EXPECT_EQ(run(arguments).exit_code, 2) << arguments;
  }
}

// "LISTEN 127.0.0.1:8000" of each TCP socket that listens, by `ss`; interfaces are left out.
std::multiset<std::string> listeners_of_ss() {
  std::multiset<std::string> found;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(::popen("ss -Htln 2>/dev/null", "r"),
                                                         ::pclose);
  char line[512];
  while (output && std::fgets(line, sizeof line, output.get())) {
    std::istringstream fields(line);
    std::string state, received, sent, address;
    fields >> state >> received >> sent >> address;
    std::size_t colon = address.rfind(':');
    if (colon == std::string::npos) continue;
    std::string host = address.substr(0, std::min(colon, address.find('%')));
    if (host == "*") host = "[::]";
    found.insert(state + " " + host + address.substr(colon));
  }
  return found;
}

std::multiset<std::string> listeners_of_bowline() {
  std::multiset<std::string> found;
  for (const json& row : rows("--tcp --listening")) {
    auto host = row["local"]["host"].get<std::string>();
    host = host.substr(0, host.find('%'));
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    std::string port = std::to_string(row["local"]["port"].get<int>());
    found.insert(row["state"].get<std::string>() + " " + host + ":" + port);
  }
  return found;
}

TEST(Sockets, are_those_of_ss) {
  os::FileDescriptor listener = listening();
  if (!listeners_of_ss().contains("LISTEN " + address_of(listener).text())) {
    GTEST_SKIP() << "no ss here (iproute2)";
  }
  // Other programs come and go: the same moment is not always met at once.
  EXPECT_TRUE(soon([] { return listeners_of_ss() == listeners_of_bowline(); }));
}

}  // namespace
}  // namespace bowline::cli
