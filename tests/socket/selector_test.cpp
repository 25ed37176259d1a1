#include "bowline/socket/selector.h"

#include "bowline/socket/connect.h"
#include "bowline/socket/listen.h"
#include "tests/socket/connected.h"
#include "tests/support/interruptions.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>
#include <tuple>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::error_of;

struct Pair {
  Socket first, second;

  Pair() { std::tie(first, second) = socket_pair(); }
};

// What is ready, as "name:rw", in the order of names.
std::string ready(Selector<std::string>& selector, Deadline deadline = 0s) {
  std::map<std::string, std::string> found;
  for (auto& one : selector.select(deadline)) {
    found[one.data] = std::string(one.readable() ? "r" : "") + (one.writable() ? "w" : "");
  }
  std::string text;
  for (auto& [name, events] : found) text += (text.empty() ? "" : " ") + name + ":" + events;
  return text;
}

TEST(Selector, gives_what_is_ready_with_its_data) {
  Pair a, b;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::read, "a");
  selector.register_socket(b.first, Events::both, "b");
  EXPECT_EQ(selector.size(), 2u);
  EXPECT_EQ(ready(selector), "b:w");
  a.second.send("x");
  EXPECT_EQ(ready(selector), "a:r b:w");
  b.second.send("x");
  EXPECT_EQ(ready(selector), "a:r b:rw");
  a.first.recv(10);
  EXPECT_EQ(ready(selector), "b:rw");
}

TEST(Selector, waits_until_its_deadline) {
  Pair a;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::read, "a");
  testing::Interruptions interruptions;
  Time start = os::now();
  EXPECT_TRUE(selector.select(20ms).empty());
  EXPECT_GE(os::now() - start, 20ms);
  a.second.send("x");
  EXPECT_FALSE(selector.select().empty());
}

TEST(Selector, waits_for_what_it_is_told_last) {
  Pair a;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::read, "a");
  selector.modify(a.first, Events::write);
  EXPECT_EQ(ready(selector), "a:w");
  selector.modify(a.first, Events::none);
  EXPECT_EQ(ready(selector), "");
  selector.modify(a.first, Events::both);
  EXPECT_EQ(ready(selector), "a:w");
}

TEST(Selector, of_a_socket_that_waits_for_nothing_sleeps_even_when_its_peer_is_gone) {
  Pair a;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::none, "a");
  a.second.close();
  EXPECT_EQ(ready(selector, 10ms), "");
  selector.modify(a.first, Events::read);
  EXPECT_EQ(ready(selector), "a:r");
}

TEST(Selector, tells_the_end_and_errors_to_whoever_waits) {
  Pair a, b;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::read, "a");
  selector.register_socket(b.first, Events::write, "b");
  a.second.close();
  b.second.close();
  EXPECT_EQ(ready(selector), "a:r b:w");

  Socket bound(Family::ipv4);
  bound.bind({"127.0.0.1", 0});
  Socket client(Family::ipv4);
  client.set_blocking(false);
  client.connect_ex(bound.local_address());
  Selector<std::string> other;
  other.register_socket(client, Events::both, "client");
  EXPECT_EQ(ready(other, 10s), "client:rw");
  EXPECT_EQ(client.error(), ECONNREFUSED);
}

TEST(Selector, keeps_data_that_can_be_changed) {
  Pair a;
  Selector<std::string> selector;
  std::string& data = selector.register_socket(a.first, Events::write, "a");
  data += "b";
  EXPECT_EQ(ready(selector), "ab:w");
  selector.data(a.first) = "c";
  EXPECT_EQ(data, "c");
}

TEST(Selector, passes_over_what_was_unregistered_in_the_meantime) {
  Pair a, b, c;
  Selector<std::string> selector;
  for (auto* pair : {&a, &b, &c}) selector.register_socket(pair->first, Events::write, "x");
  int seen = 0;
  for (auto& one : selector.select(0s)) {
    ++seen;
    for (auto* pair : {&a, &b, &c}) selector.unregister(pair->first);
    EXPECT_EQ(one.data, "x");  // still there, until the next select()
  }
  EXPECT_EQ(seen, 1);
  EXPECT_TRUE(selector.empty());
  EXPECT_TRUE(selector.select(0s).empty());
}

TEST(Selector, does_not_take_a_new_socket_for_an_old_one_of_the_same_number) {
  Pair a, b;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::write, "old");
  selector.register_socket(b.first, Events::write, "old");
  Socket next;
  int seen = 0;
  for (auto& one : selector.select(0s)) {
    ++seen;
    EXPECT_EQ(one.data, "old");
    Socket& other = one.fd == a.first.fileno() ? b.first : a.first;
    int number = other.fileno();
    selector.unregister(other);
    other.close();
    next = Socket(Family::local);
    ASSERT_EQ(next.fileno(), number);
    selector.register_socket(next, Events::write, "new");
  }
  EXPECT_EQ(seen, 1);
}

TEST(Selector, forgets_a_socket_that_was_closed_when_its_number_comes_again) {
  Selector<std::string> selector;
  Pair a;
  int number = a.first.fileno();
  selector.register_socket(a.first, Events::write, "old");
  a.first.close();
  Socket next = Socket(Family::local);
  ASSERT_EQ(next.fileno(), number);
  EXPECT_NO_THROW(selector.register_socket(next, Events::read, "new"));
  EXPECT_EQ(selector.size(), 1u);
  EXPECT_EQ(selector.data(number), "new");
}

TEST(Selector, can_be_told_to_forget_a_socket_that_was_closed) {
  Selector<std::string> selector;
  Pair a;
  int number = a.first.fileno();
  selector.register_socket(a.first, Events::write, "a");
  a.first.close();
  EXPECT_NO_THROW(selector.unregister(number));
  EXPECT_TRUE(selector.empty());
}

TEST(Selector, says_what_can_not_be_registered) {
  Pair a;
  Selector<std::string> selector;
  selector.register_socket(a.first, Events::read, "a");
  EXPECT_TRUE(error_of([&] {
                selector.register_socket(a.first, Events::read);
              }).is(std::errc::file_exists));
  EXPECT_EQ(selector.data(a.first), "a");
  EXPECT_TRUE(error_of([&] {
                selector.register_socket(Socket(), Events::read);
              }).is(std::errc::bad_file_descriptor));
  os::FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(error_of([&] {
                selector.register_socket(file.get(), Events::read);
              }).is(std::errc::operation_not_permitted));
  EXPECT_EQ(selector.size(), 1u);
}

TEST(Selector, says_when_something_is_not_registered) {
  Pair a;
  Selector<std::string> selector;
  for (int fd : {-1, a.first.fileno(), 1'000'000}) {
    EXPECT_THROW(selector.unregister(fd), Error);
    EXPECT_THROW(selector.modify(fd, Events::read), Error);
    EXPECT_THROW(selector.data(fd), Error);
  }
}

struct Client {
  Socket socket;
  Address address;
  std::string waiting;
};

TEST(Selector, may_own_the_sockets_in_its_data) {
  Pair a, b;
  {
    Selector<Client> selector;
    selector.register_owned({std::move(a.first), {}, ""}, Events::read);
    selector.register_owned({std::move(b.first), {}, ""}, Events::write);
    for (auto& [fd, events, client] : selector.select(10s)) selector.unregister(client.socket);
    EXPECT_TRUE(selector.select(0s).empty());
    EXPECT_FALSE(b.second.recv(1, 10s)) << "closed by the next select()";
  }
  EXPECT_FALSE(a.second.recv(1, 10s)) << "closed with the selector";
}

TEST(Selector, finds_all_of_very_many_in_the_end) {
  constexpr int count = 400;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * count + 50) GTEST_SKIP() << "needs more open files";
  std::vector<Pair> pairs(count);
  Selector<int> selector;
  for (int index = 0; index < count; ++index) {
    selector.register_socket(pairs[index].first, Events::read, index);
    pairs[index].second.send("x");
  }
  std::vector<int> found;
  while (found.size() < count) {
    for (auto& [fd, events, index] : selector.select(10s)) {
      pairs[index].first.recv(1);
      found.push_back(index);
    }
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
}

// The echo server of the tutorials that serves many clients from one thread.
void serve(Selector<Client>& selector, Socket& server, int connections) {
  while (connections > 0) {
    for (auto& [fd, events, client] : selector.select(10s)) {
      if (fd == server.fileno()) {
        auto [socket, address] = server.accept();
        selector.register_owned({std::move(socket), address, ""}, Events::read);
        continue;
      }
      if (client.waiting.empty()) client.waiting = client.socket.recv(1024).text();
      if (client.waiting.empty()) {
        selector.unregister(fd);
        client.socket.close();
        --connections;
        continue;
      }
      client.waiting.erase(0, client.socket.send(client.waiting));
      selector.modify(fd, client.waiting.empty() ? Events::read : Events::write);
    }
  }
}

TEST(Selector, serves_many_clients_at_once) {
  Socket server = listen("tcp://127.0.0.1:0");
  Selector<Client> selector;
  selector.register_socket(server, Events::read);
  std::thread thread([&] { serve(selector, server, 5); });
  std::vector<Socket> clients;
  for (int count = 0; count < 5; ++count) clients.push_back(connect(server.local_address()));
  for (std::string text : {"one", "two"}) {
    for (Socket& client : clients) client.send_all(text);
    for (Socket& client : clients) EXPECT_EQ(client.recv_exactly(3, 10s).text(), text);
  }
  for (Socket& client : clients) client.shutdown(How::write);
  for (Socket& client : clients) EXPECT_FALSE(client.recv(1, 10s));
  thread.join();
}

}  // namespace
}  // namespace bowline
