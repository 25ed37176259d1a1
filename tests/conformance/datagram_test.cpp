#include "bowline/net/datagram_peers.h"
#include "bowline/session/message_stream.h"
#include "tests/conformance/datagram_setting.h"

namespace bowline::conformance {
namespace {

INSTANTIATE_TEST_SUITE_P(Over, DatagramTest, ::testing::ValuesIn(datagram_settings()),
                         datagram_setting_name);

// A client's socket, which nobody has told where to be.
Datagrams open_client(Network network, const Datagrams& server) {
  Address at = server.local_address();
  if (!at.is_ip()) return network.open_datagrams(Address::unix_unnamed());
  return network.open_datagrams(at.with_port(0));
}

TEST_P(DatagramTest, keeps_its_boundaries_and_says_whom_it_is_from) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    std::string sent[] = {"one", pattern(1), pattern(1400), pattern(60'000), "five"};
    for (const std::string& text : sent) {
      co_await client.send_to(text, server.local_address());
      Datagram datagram = co_await within(10s, server.receive_from());
      EXPECT_TRUE(datagram.data.text() == text);
      EXPECT_EQ(datagram.address, client.local_address());
      EXPECT_FALSE(datagram.truncated);
      co_await server.send_to(datagram.data, datagram.address);
      datagram = co_await within(10s, client.receive_from());
      EXPECT_TRUE(datagram.data.text() == text);
      EXPECT_EQ(datagram.address, server.local_address());
    }
  });
}

TEST_P(DatagramTest, may_be_empty) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    co_await client.send_to("", server.local_address());
    co_await client.send_to("after it", server.local_address());
    Datagram datagram = co_await within(10s, server.receive_from());
    EXPECT_TRUE(datagram.data.empty());
    EXPECT_EQ(datagram.address, client.local_address());
    datagram = co_await within(10s, server.receive_from());
    EXPECT_EQ(datagram.data.text(), "after it");
  });
}

Task<> echo_messages(Scope& scope, DatagramPeers* peers) {
  auto echo = [](MessageStream messages) -> Task<> {
    while (Message message = co_await messages.receive()) co_await messages.send(message);
  };
  for (;;) {
    Result<Stream> stream = co_await attempt(peers->accept());
    if (!stream) co_return;
    scope.start(echo(std::move(*stream)));
  }
}

Task<> exchange_messages(Scope& scope, Network network, DatagramPeers* peers, int* exchanged) {
  scope.start(echo_messages(scope, peers));
  MessageStream client(network.connect_datagram_stream(peers->local_address()));
  for (std::string text : {"", "text", "", ""}) {
    co_await client.send(text);
    Message message = co_await within(10s, client.receive());
    EXPECT_TRUE(message.kind() == MessageKind::binary);
    EXPECT_EQ(message.text(), text);
    ++*exchanged;
  }
  scope.cancel();
}

TEST_P(DatagramTest, is_a_message_even_when_empty) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    DatagramPeers peers(network.open_datagrams(setting.place()));
    int exchanged = 0;
    Result<void> ended =
        co_await attempt(with_scope(exchange_messages, network, &peers, &exchanged));
    EXPECT_EQ(exchanged, 4);
    EXPECT_EQ(peers.counts().empty, 0u);
  });
}

TEST_P(DatagramTest, that_is_cut_says_so) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    if (setting.is_udp) co_return;  // no UDP datagram is so long
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    std::string text = pattern(100'000);
    co_await client.send_to(text, server.local_address());
    Datagram datagram = co_await within(10s, server.receive_from());
    EXPECT_TRUE(datagram.truncated);
    EXPECT_TRUE(datagram.data.text() == text.substr(0, datagram_size_max));
  });
}

TEST_P(DatagramTest, that_is_too_long_is_refused_and_the_limit_told) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    std::string text(setting.is_udp ? 65'536 : 10'000'000, 'x');
    Result<void> sent = co_await attempt(client.send_to(text, server.local_address()));
    EXPECT_FALSE(sent.ok());
    if (sent) co_return;
    EXPECT_TRUE(sent.error().is(std::errc::message_size)) << sent.error().what();
    if (!setting.is_udp || !setting.is_kernel) co_return;
    bool ipv4 = server.local_address().family() == Family::ipv4;
    std::string what = sent.error().what();
    EXPECT_NE(what.find(ipv4 ? "at most 65507 bytes" : "at most 65527 bytes"), std::string::npos)
        << what;
  });
}

TEST_P(DatagramTest, batches_are_sent_and_received_in_one_go) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    std::vector<std::string> texts;
    for (int index = 0; index < 9; ++index) texts.push_back(std::to_string(index));
    std::vector<Outgoing> batch;
    for (const std::string& text : texts) {
      batch.push_back({text, server.local_address(), 0});
    }
    co_await client.send_batch(batch);
    std::vector<Datagram> into(20);
    std::size_t count = 0;
    while (count < texts.size()) {
      std::size_t more = co_await within(10s, server.receive_batch(into));
      EXPECT_GE(more, 1u);
      for (std::size_t index = 0; index < more; ++index) {
        EXPECT_EQ(into[index].data.text(), texts[count]);
        EXPECT_EQ(into[index].address, client.local_address());
        ++count;
      }
    }
  });
}

TEST_P(DatagramTest, can_go_between_two_that_are_connected) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = network.connect_datagrams(server.local_address());
    Datagrams stranger = open_client(network, server);
    co_await client.send("hello");
    Datagram datagram = co_await within(10s, server.receive_from());
    EXPECT_EQ(datagram.address, client.local_address());
    if (setting.is_udp) co_await stranger.send_to("not for you", datagram.address);
    co_await server.send_to("welcome", datagram.address);
    Chunk answer = co_await within(10s, client.receive());
    EXPECT_EQ(answer.text(), "welcome");
  });
}

TEST_P(DatagramTest, to_nobody_is_told_to_who_is_connected) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Address nobody;
    {
      Datagrams server = network.open_datagrams(setting.place());
      nobody = server.local_address();
    }
    if (!setting.is_udp) {
      EXPECT_THROW(network.connect_datagrams(nobody), Error);
      co_return;
    }
    Datagrams client = network.connect_datagrams(nobody);
    co_await client.send("anybody there?");
    Result<Chunk> answer = co_await attempt(within(10s, client.receive()));
    EXPECT_FALSE(answer.ok());
    EXPECT_TRUE(answer.error().is(std::errc::connection_refused)) << answer.error().what();
    std::string what = answer.error().what();
    EXPECT_EQ(what.find("receive from udp://"), 0u) << what;
    EXPECT_NE(what.find("listen"), std::string::npos) << what;
    // It is told once, and the socket goes on.
    Datagrams server = network.open_datagrams(nobody);
    co_await client.send("and now?");
    Datagram datagram = co_await within(10s, server.receive_from());
    EXPECT_EQ(datagram.data.text(), "and now?");
  });
}

TEST_P(DatagramTest, that_is_waited_for_too_long_is_not_lost) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    for (int round = 0; round < 3; ++round) {
      Result<Datagram> none = co_await attempt(within(1ms, server.receive_from()));
      EXPECT_FALSE(none.ok());
      EXPECT_TRUE(none.error().timed_out()) << none.error().what();
      co_await client.send_to("late", server.local_address());
      Datagram datagram = co_await within(10s, server.receive_from());
      EXPECT_EQ(datagram.data.text(), "late");
    }
  });
}

Task<> send_numbers(Datagrams* client, Address to, int count) {
  for (int number = 0; number < count; ++number) {
    std::string text = std::to_string(number);
    co_await client->send_to(text, to);
  }
}

Task<> send_and_drain(Scope& scope, Datagrams* client, Datagrams* server, int count) {
  scope.start(send_numbers(client, server->local_address(), count));
  co_await sleep(5ms);  // for the queue to fill
  for (int number = 0; number < count; ++number) {
    Datagram datagram = co_await within(10s, server->receive_from());
    EXPECT_EQ(datagram.data.text(), std::to_string(number));
  }
}

TEST_P(DatagramTest, between_unix_sockets_waits_for_a_slow_receiver) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    if (setting.is_udp) co_return;
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    co_await with_scope(send_and_drain, &client, &server, 200);
    Datagrams connected = network.connect_datagrams(server.local_address());
    co_await with_scope(send_and_drain, &connected, &server, 200);
  });
}

TEST_P(DatagramTest, that_waits_for_a_slow_receiver_can_be_given_up) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    if (setting.is_udp) co_return;
    Datagrams server = network.open_datagrams(setting.place());
    Datagrams client = open_client(network, server);
    Task<> flood = send_numbers(&client, server.local_address(), 1'000'000);
    Result<void> sent = co_await attempt(within(20ms, std::move(flood)));
    EXPECT_FALSE(sent.ok());
    EXPECT_TRUE(sent.error().timed_out()) << sent.error().what();
  });
}

TEST_P(DatagramTest, may_be_cut_from_much_that_is_sent_at_once) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    if (!setting.is_udp) co_return;
    for (bool coalesce : {false, true}) {
      DatagramOptions options{.coalesce = coalesce};
      Datagrams server = network.open_datagrams(setting.place(), options);
      Datagrams client = open_client(network, server);
      std::string text = pattern(40'500);
      co_await client.send_segments(text, 1000, server.local_address());
      std::string received;
      std::size_t count = 0;
      while (received.size() < text.size()) {
        Datagram datagram = co_await within(10s, server.receive_from());
        for (std::size_t index = 0; index < datagram.count(); ++index) {
          Bytes part = datagram.part(index);
          EXPECT_EQ(part.size(), ++count <= 40 ? 1000u : 500u);
          received += part.text();
        }
      }
      EXPECT_TRUE(received == text);
    }
  });
}

TEST_P(DatagramTest, streams_carry_one_in_each_read_and_write) {
  run([](Network network, const DatagramSetting& setting) -> Task<> {
    Datagrams server = network.open_datagrams(setting.place());
    Stream stream = network.connect_datagram_stream(server.local_address());
    std::string big = pattern(50'000);
    co_await stream.write_all("hello");
    co_await stream.write_all(big);
    Datagram first = co_await within(10s, server.receive_from());
    EXPECT_EQ(first.data.text(), "hello");
    Datagram second = co_await within(10s, server.receive_from());
    EXPECT_TRUE(second.data.text() == big);
    co_await server.send_to("one", first.address);
    co_await server.send_to("", first.address);  // nothing to read
    co_await server.send_to("two", first.address);
    co_await server.send_to("too long", first.address);
    Chunk chunk = co_await within(10s, stream.read_some());
    EXPECT_EQ(chunk.text(), "one");
    chunk = co_await within(10s, stream.read_some());
    EXPECT_EQ(chunk.text(), "two");
    std::string small(3, '\0');
    Result<std::size_t> read = co_await attempt(stream.read_some(writable(small)));
    EXPECT_FALSE(read.ok());
    if (!read) {
      EXPECT_TRUE(read.error().is(std::errc::message_size)) << read.error().what();
    }
  });
}

}  // namespace
}  // namespace bowline::conformance
