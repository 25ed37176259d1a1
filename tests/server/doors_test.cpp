#include "bowline/server/doors.h"

#include "bowline/net/run.h"
#include "bowline/os/address.h"
#include "bowline/os/socket_calls.h"
#include "bowline/server/server.h"
#include "bowline/task/wait.h"
#include "tests/support/folder.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/open_files.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace bowline {
namespace {

using Kind = InheritedSocket::Kind;

class DoorsTest : public testing::LoopTest {
 protected:
  // A socket as another process gives it.
  InheritedSocket given(int type, const Address& address, std::string name = {}) {
    int fd = os::open_socket(address.family(), type | SOCK_NONBLOCK);
    EXPECT_EQ(os::bind_to(fd, address), 0);
    bool is_stream = type == SOCK_STREAM;
    EXPECT_EQ(is_stream ? os::listen_on(fd, 5) : 0, 0);
    InheritedSocket socket{fd, is_stream ? Kind::listener : Kind::datagrams, {}, std::move(name)};
    os::local_address(fd, socket.local);
    return socket;
  }
  // Opens doors for `urls`, and gives the handle of each.
  std::vector<int> open(Doors& doors, std::vector<std::string> urls) {
    auto opening = [](Doors& at, std::string url) -> Task<> {
      co_await at.open(Url::parse(url).value(), ListenOptions(), PeerLimits());
    };
    for (const std::string& url : urls) run(opening(doors, url));
    std::vector<int> handles;
    for (const InheritedSocket& socket : doors.sockets()) handles.push_back(socket.handle);
    return handles;
  }
  static std::string url_of(const std::string& scheme, const InheritedSocket& socket) {
    return url_text(scheme, socket.local);
  }

  const Address any_ = Address::ipv4(0x7F000001, 0);
  testing::Folder folder_;
};

TEST_F(DoorsTest, adopted_are_those_at_the_address_of_a_url) {
  InheritedSocket tcp = given(SOCK_STREAM, any_, "web.socket");
  InheritedSocket udp = given(SOCK_DGRAM, any_);
  InheritedSocket path = given(SOCK_STREAM, Address::unix_path(folder_ / "s"));
  Doors doors(network_, {path, udp, tcp});
  std::string port = std::to_string(tcp.local.port());
  std::vector<int> handles =
      open(doors, {"wss://localhost:" + port, url_of("udp", udp), "ws+unix:" + folder_ / "s"});
  EXPECT_EQ(handles, (std::vector<int>{tcp.handle, udp.handle, path.handle}));
  EXPECT_TRUE(doors.settle().empty());
}

TEST_F(DoorsTest, adopted_are_those_that_bear_the_url_as_their_name) {
  InheritedSocket first = given(SOCK_STREAM, any_, "ws://localhost:0");
  InheritedSocket second = given(SOCK_STREAM, any_, "tcp://localhost:0");
  InheritedSocket third = given(SOCK_STREAM, any_, "tcp://localhost:0");
  Doors doors(network_, {first, second, third});
  std::vector<int> handles =
      open(doors, {"localhost:0", "ws://localhost:0", "tcp://localhost:0", "localhost:0"});
  EXPECT_EQ(handles[0], second.handle);
  EXPECT_EQ(handles[1], first.handle);
  EXPECT_EQ(handles[2], third.handle);
  EXPECT_GT(handles[3], third.handle);
}

TEST_F(DoorsTest, are_of_the_kind_that_the_url_says) {
  InheritedSocket udp = given(SOCK_DGRAM, any_, "tcp://127.0.0.1:0");
  Doors doors(network_, {udp});
  std::vector<int> handles = open(doors, {"127.0.0.1:0"});
  EXPECT_NE(handles[0], udp.handle);
  EXPECT_EQ(doors.settle(), (std::vector<std::string>{url_of("udp", udp)}));
}

TEST_F(DoorsTest, that_nobody_asked_for_are_closed_and_told) {
  std::size_t files = testing::open_file_count();
  InheritedSocket path = given(SOCK_STREAM, Address::unix_path(folder_ / "s"));
  InheritedSocket named{::dup(0), Kind::other, {}, "a pipe"};
  InheritedSocket unnamed{::dup(0), Kind::other, {}, {}};
  Doors doors(network_, {path, named, unnamed});
  EXPECT_EQ(doors.settle(),
            (std::vector<std::string>{"unix:" + folder_ / "s", "a pipe",
                                      "descriptor " + std::to_string(unnamed.handle)}));
  EXPECT_EQ(testing::open_file_count(), files);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "s"));
}

TEST_F(DoorsTest, adopted_serve_those_who_wait_already) {
  InheritedSocket listener = given(SOCK_STREAM, any_);
  os::FileDescriptor client(os::open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(os::connect_to(client.get(), listener.local), 0);
  Doors doors(network_, {listener});
  open(doors, {url_of("tcp", listener)});
  auto accept = [](Doors& at) -> Task<> {
    Stream stream = co_await std::get<Listener>(at[0]).accept();
    co_await stream.write_all("!");
  };
  run(accept(doors));
  std::byte byte;
  EXPECT_EQ(os::receive_bytes(client.get(), {&byte, 1}), 1);
}

// As in two processes: each has a loop, and a descriptor of the one socket.
TEST_F(DoorsTest, leave_the_file_of_a_unix_socket_to_the_last_that_has_it) {
  std::string path = folder_ / "s";
  auto old = std::make_unique<Doors>(network_, std::vector<InheritedSocket>());
  open(*old, {"unix:" + path});
  std::vector<InheritedSocket> passed = old->sockets();
  for (InheritedSocket& socket : passed) socket.handle = ::dup(socket.handle);
  std::unique_ptr<Loop> loop = make_loop();
  Network network(*loop);
  {
    Doors failing(network, passed);
    auto opening = [](Doors& at, std::string url) -> Task<> {
      co_await at.open(Url::parse(url).value(), ListenOptions(), PeerLimits());
    };
    loop->run(opening(failing, "unix:" + path));
  }
  EXPECT_TRUE(std::filesystem::exists(path)) << "it never settled";
  passed = old->sockets();
  for (InheritedSocket& socket : passed) socket.handle = ::dup(socket.handle);
  auto next = std::make_unique<Doors>(network_, passed);
  open(*next, {"unix:" + path});
  next->settle();
  old->give_away();
  old.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
  next.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(DoorsTest, leave_the_file_that_another_made) {
  InheritedSocket path = given(SOCK_STREAM, Address::unix_path(folder_ / "s"), "echo.socket");
  Doors doors(network_, {path});
  open(doors, {"unix:" + folder_ / "s"});
  doors.settle();
  EXPECT_EQ(doors.sockets()[0].name, "echo.socket");
  doors.close_listeners();
  EXPECT_TRUE(std::filesystem::exists(folder_ / "s"));
}

// A server, what is meant to go on meanwhile, and its events.
class MeanwhileTest : public ::testing::Test {
 protected:
  MeanwhileTest() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~MeanwhileTest() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

  void serve(std::function<Task<>(Network, Server&)> meanwhile, Handler handler = {},
             std::string url = "127.0.0.1:0") {
    ServerOptions options;
    options.threads = 3;
    Server server(options);
    if (!handler) handler = [](Stream) -> Task<> { co_return; };
    server.add(std::move(url), std::move(handler));
    server.meanwhile([&](Network network) { return meanwhile(network, server); });
    server.run();
  }

  testing::Deadline deadline_;

 private:
  sigset_t mask_;
};

TEST_F(MeanwhileTest, begins_when_all_can_be_reached_and_ends_with_the_listening) {
  bool is_cancelled = false;
  bool is_reached = false;
  serve([&](Network network, Server& server) {
    auto work = [](Network at, Server& of, bool& reached, bool& cancelled) -> Task<> {
      Stream stream = co_await at.connect(of.listeners().at(0).local);
      reached = true;
      of.drain();
      Result<void> slept = co_await attempt(sleep(forever));
      cancelled = !slept && slept.error().cancelled();
    };
    return work(network, server, is_reached, is_cancelled);
  });
  EXPECT_TRUE(is_reached);
  EXPECT_TRUE(is_cancelled);
}

TEST_F(MeanwhileTest, may_hand_the_listeners_over_with_their_files) {
  testing::Folder folder;
  std::string url = "unix:" + folder / "s";
  os::FileDescriptor kept;
  auto work = [&](Network, Server& server) {
    auto handing = [](Server& of, os::FileDescriptor& to) -> Task<> {
      to = os::FileDescriptor(::dup(of.listeners().at(0).handle));
      of.hand_over();
      co_return;
    };
    return handing(server, kept);
  };
  serve(work, {}, url);
  os::FileDescriptor client(os::open_socket(Family::local, SOCK_STREAM));
  EXPECT_EQ(os::connect_to(client.get(), Address::unix_path(folder / "s")), 0);
}

struct Stuck {
  std::atomic<int> count = 0;
  std::atomic<bool> over = false;
};

TEST_F(MeanwhileTest, notices_a_loop_that_is_stuck) {
  Stuck stuck;
  auto first_loop = std::this_thread::get_id();
  auto block = [&](Stream) -> Task<> {
    if (std::this_thread::get_id() != first_loop) {
      ++stuck.count;
      while (!stuck.over) std::this_thread::yield();
    }
    return [](int) -> Task<> { co_return; }(0);
  };
  auto work = [&](Network network, Server& server) {
    auto watching = [](Network at, Server& of, Stuck& it) -> Task<> {
      co_await of.silent_loops(forever);
      Stream first = co_await at.connect(of.listeners().at(0).local);
      Stream second = co_await at.connect(of.listeners().at(0).local);
      while (it.count == 0) co_await yield();
      std::vector<std::size_t> silent = co_await of.silent_loops(std::chrono::milliseconds(1));
      EXPECT_FALSE(silent.empty());
      it.over = true;
      co_await of.silent_loops(forever);
      of.drain();
    };
    return watching(network, server, stuck);
  };
  serve(work, block);
}

}  // namespace
}  // namespace bowline
