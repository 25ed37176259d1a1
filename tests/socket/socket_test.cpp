#include "bowline/socket/socket.h"

#include "tests/socket/connected.h"
#include "tests/support/folder.h"
#include "tests/support/interruptions.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::Connected;
using testing::error_of;
using testing::listener;
using testing::starts;

void echo(Socket& server) {
  auto [client, address] = server.accept(10s);
  while (auto data = client.recv(1024, 10s)) client.send_all(data, 10s);
}

TEST(Socket, serves_and_talks_as_in_python) {
  Socket server = listener();
  std::thread thread([&] { echo(server); });
  Socket client(Family::ipv4);
  client.connect(server.local_address());
  client.send_all("Hello, server!");
  EXPECT_EQ(client.recv_exactly(14).text(), "Hello, server!");
  client.shutdown(How::write);
  EXPECT_FALSE(client.recv(1024));
  thread.join();
}

TEST(Socket, of_each_family_connects) {
  testing::Folder folder;
  std::pair<Family, Endpoint> places[] = {{Family::ipv4, {"localhost", 0}},
                                          {Family::ipv6, {"::1", 0}},
                                          {Family::local, "unix:" + folder / "x.sock"}};
  for (auto& [family, place] : places) {
    Socket server = listener(place, family);
    Socket client(family);
    client.connect(server.local_address());
    auto [peer, address] = server.accept();
    EXPECT_EQ(address, client.local_address());
    EXPECT_EQ(client.peer_address(), server.local_address());
    EXPECT_EQ(peer.family(), family);
    EXPECT_TRUE(peer.blocking());
    EXPECT_EQ(peer.timeout(), forever);
  }
}

TEST(Socket, connects_by_url_and_by_name) {
  Socket server = listener();
  int port = server.local_address().port();
  for (const Endpoint& endpoint : {Endpoint("localhost", port), Endpoint("", port),
                                   Endpoint("tcp://localhost:" + std::to_string(port))}) {
    Socket client(Family::ipv4);
    client.connect(endpoint, 10s);
    EXPECT_EQ(client.peer_address(), server.local_address());
  }
}

TEST(Socket, receives_at_most_what_was_asked_for) {
  auto [first, second] = socket_pair();
  first.send_all("0123456789");
  EXPECT_EQ(second.recv(4).text(), "0123");
  std::byte room[3];
  EXPECT_EQ(second.recv_into(room), 3u);
  EXPECT_EQ(Bytes(room).text(), "456");
  EXPECT_EQ(second.recv(100).text(), "789");
}

TEST(Socket, receives_exactly_what_was_asked_for_however_it_is_cut) {
  Connected all;
  std::thread sender([&] {
    all.client.set_no_delay();
    for (int round = 0; round < 1000; ++round) all.client.send_all("0123456");
    all.client.close();
  });
  for (int round = 0; round < 700; ++round) {
    std::string text = all.peer.recv_exactly(10, 10s).text();
    ASSERT_EQ(text[0], "0123456"[round * 10 % 7]);
    ASSERT_EQ(text.size(), 10u);
  }
  EXPECT_FALSE(all.peer.recv(1));
  EXPECT_FALSE(all.peer.recv_exactly(0));
  sender.join();
}

TEST(Socket, that_ends_before_all_came_says_how_much_did) {
  Connected all;
  all.client.send_all("abc");
  std::string from = "receive from tcp://" + all.client.local_address().text();
  all.client.close();
  Error error = error_of([&] { all.peer.recv_exactly(5); });
  EXPECT_TRUE(error.is(Errc::ended_early));
  EXPECT_EQ(error.what(), from + ": the stream ended early: 3 of 5 bytes came");
}

TEST(Socket, sends_more_than_all_buffers_hold) {
  Connected all;
  std::string text;
  while (text.size() < 20'000'000) text += std::to_string(text.size());
  std::thread sender([&] {
    all.client.send_all(text, 60s);
    all.client.close();
  });
  std::string got;
  while (auto data = all.peer.recv(100'000, 60s)) got += data.text();
  EXPECT_TRUE(got == text);
  sender.join();
}

TEST(SocketHandles, travel_with_bytes) {
  auto [first, second] = socket_pair();
  auto [inner, outer] = socket_pair();
  int handles[] = {inner.fileno()};
  first.send_with_handles("take this", handles);
  Socket::WithHandles got = second.recv_with_handles(100);
  EXPECT_EQ(got.data.text(), "take this");
  ASSERT_EQ(got.handles.size(), 1u);
  Socket taken = Socket::from_fd(got.handles[0].release());
  taken.send_all("hi");
  EXPECT_EQ(outer.recv(10).text(), "hi");
}

TEST(SocketHandles, need_bytes_and_have_a_limit) {
  auto [first, second] = socket_pair();
  std::vector<int> handles(65, first.fileno());
  EXPECT_TRUE(error_of([&, &mine = first] {
                mine.send_with_handles("x", handles);
              }).is(std::errc::invalid_argument));
  handles.resize(1);
  EXPECT_TRUE(error_of([&, &mine = first] {
                mine.send_with_handles("", handles);
              }).is(std::errc::invalid_argument));
}

TEST(SocketHandles, that_are_sent_with_much_data_are_sent_once) {
  auto [first, second] = socket_pair();
  std::string text(5'000'000, 'x');
  std::thread sender([&, &mine = first] {
    int handles[] = {mine.fileno()};
    mine.send_with_handles(text, handles, 60s);
    mine.shutdown(How::write);
  });
  std::size_t bytes = 0;
  std::size_t handles = 0;
  while (true) {
    Socket::WithHandles got = second.recv_with_handles(100'000, 60s);
    if (!got.data) break;
    bytes += got.data.size();
    handles += got.handles.size();
  }
  EXPECT_EQ(bytes, text.size());
  EXPECT_EQ(handles, 1u);
  sender.join();
}

TEST(Socket, knows_who_its_unix_peer_is) {
  auto [first, second] = socket_pair();
  EXPECT_EQ(first.peer_credentials().pid, ::getpid());
  EXPECT_EQ(first.peer_credentials().uid, ::getuid());
}

TEST(Socket, closes_when_it_goes_and_its_peer_sees_it) {
  auto [first, second] = socket_pair();
  { Socket gone = std::move(first); }
  EXPECT_FALSE(second.recv(1));
}

TEST(Socket, that_is_moved_takes_everything_along) {
  Connected all;
  all.peer.set_timeout(10ms);
  Socket moved = std::move(all.peer);
  EXPECT_FALSE(all.peer.is_open());
  EXPECT_EQ(moved.timeout(), 10ms);
  Error error = error_of([&] { moved.recv(1); });
  EXPECT_TRUE(starts(error, "receive from tcp://" + all.client.local_address().text()));
  Socket& same = moved;
  moved = std::move(same);
  EXPECT_TRUE(moved.is_open());
}

TEST(Socket, that_is_closed_says_so) {
  Connected all;
  all.client.close();
  all.client.close();
  EXPECT_EQ(all.client.fileno(), -1);
  Error error = error_of([&] { all.client.send("x"); });
  EXPECT_TRUE(error.is(std::errc::bad_file_descriptor));
  EXPECT_STREQ(error.what(), "send to: bad file descriptor: the socket is closed");
  EXPECT_TRUE(error_of([] { Socket().recv(1); }).is(std::errc::bad_file_descriptor));
  EXPECT_TRUE(error_of([] { Socket().accept(1s); }).is(std::errc::bad_file_descriptor));
  EXPECT_TRUE(error_of([] { Socket().set_timeout(1s); }).is(std::errc::bad_file_descriptor));
  EXPECT_TRUE(error_of([] { Socket().local_address(); }).is(std::errc::bad_file_descriptor));
}

TEST(Socket, gives_its_descriptor_away) {
  auto [first, second] = socket_pair();
  int fd = first.detach();
  EXPECT_FALSE(first.is_open());
  Socket again = Socket::from_fd(fd);
  EXPECT_EQ(again.fileno(), fd);
  again.send_all("abc");
  EXPECT_EQ(second.recv(10).text(), "abc");
}

TEST(Socket, from_a_descriptor_knows_what_it_is) {
  Socket datagram(Family::ipv6, Type::datagram);
  datagram.set_blocking(false);
  Socket again = Socket::from_fd(datagram.detach());
  EXPECT_EQ(again.family(), Family::ipv6);
  EXPECT_EQ(again.type(), Type::datagram);
  EXPECT_FALSE(again.blocking());
}

TEST(Socket, from_what_is_no_socket_is_an_error_that_leaves_it_open) {
  os::FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Error error = error_of([&] { Socket::from_fd(file.get()); });
  EXPECT_TRUE(error.is(std::errc::not_a_socket));
  EXPECT_GE(::fcntl(file.get(), F_GETFD), 0);
  EXPECT_TRUE(error_of([] { Socket::from_fd(-1); }).is(std::errc::bad_file_descriptor));
}

TEST(Socket, that_is_shut_down_wakes_who_waits_in_it) {
  auto [first, second] = socket_pair();
  std::thread reader([&mine = first] { EXPECT_FALSE(mine.recv(1)); });
  first.shutdown(How::both);
  reader.join();
}

}  // namespace
}  // namespace bowline
