#include "server_cost.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace load {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) fail_with_errno("the server's clock");
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

// The 14th field; the second is a name in brackets, which may hold anything (proc(5)).
double user_seconds(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  while (stat >> word && word.back() != ')') continue;
  for (int field = 3; field <= 14; ++field) stat >> word;
  if (!stat) fail("the server's user time can't be read");
  return std::strtod(word.c_str(), nullptr) / double(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "load: %s\n", what.c_str());
  std::exit(1);
}

void fail_with_errno(const std::string& what) {
  fail(what + ": " + std::strerror(errno));
}

ServerCost server_cost(int pid) {
  clockid_t clock{};
  if (::clock_getcpuclockid(pid, &clock) != 0) fail("the server has ended");
  return {seconds_of(clock), user_seconds(pid)};
}

double server_memory(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  fail("the server's memory can't be read");
}

double now() {
  return seconds_of(CLOCK_MONOTONIC);
}

}  // namespace load
