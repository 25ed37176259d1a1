#include "cli/talk.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;

struct Talked {
  int exit_code;
  std::string told;
};

// Signals that talk() blocks for its own loop are let through again.
Talked talk_to(const std::string& url) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  TalkOptions options;
  options.url = url;
  ::testing::internal::CaptureStderr();
  int exit_code = talk(options);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return {exit_code, ::testing::internal::GetCapturedStderr()};
}

TEST(Talk, fails_with_1_when_the_network_does) {
  os::FileDescriptor socket(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::bind_to(socket.get(), Address::ipv4(0x7f000001, 0)), 0);
  sockaddr_storage name;
  socklen_t size = sizeof name;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size);
  int port =
      reinterpret_cast<unsigned char*>(&name)[2] << 8 | reinterpret_cast<unsigned char*>(&name)[3];
  Talked talked = talk_to("tcp://127.0.0.1:" + std::to_string(port));
  EXPECT_EQ(talked.exit_code, 1);
  EXPECT_THAT(talked.told, HasSubstr("connection refused"));
}

TEST(Talk, fails_with_2_when_the_url_is_of_no_use) {
  Talked talked = talk_to("ftp://127.0.0.1:21");
  EXPECT_EQ(talked.exit_code, 2);
  EXPECT_THAT(talked.told, HasSubstr("error: "));
}

}  // namespace
}  // namespace bowline::cli
