// What memory a WebSocketProtocol takes, as the allocator tells it.
#include "bowline/proto/websocket.h"
#include "tests/proto/websocket_peer.h"
#include "tests/support/allocation_count.h"

#include <gtest/gtest.h>
#include <malloc.h>

namespace bowline {
namespace {

using testing::PeerFrame;

std::string from_client(unsigned opcode, std::string payload, bool final = true) {
  return encode(PeerFrame{opcode, std::move(payload), final, 0, true});
}

std::size_t memory_in_use() {
  return mallinfo2().uordblks;
}

// Receives `bytes`, echoes what they hold, and gives how many messages that were.
std::size_t echo(WebSocketProtocol& server, MutableBytes bytes) {
  std::size_t count = 0;
  server.receive(bytes, Time());
  while (WebSocketEvent event = server.next_event()) {
    if (event.is_message()) server.send(WebSocketKind::binary, event.bytes);
    count += event.is_message();
  }
  return count;
}

TEST(WebSocketMemory, is_not_asked_for_by_messages_that_lie_whole_in_the_input) {
  WebSocketOptions options;
  auto server = WebSocketProtocol::server(options, Time());
  std::string once = from_client(1, "short") + from_client(2, std::string(1000, 'x')) +
                     from_client(9, "ping") + from_client(1, "\xe2\x82\xac");
  BytesBuilder spare;
  spare.reserve(4096);
  const std::byte* memory = spare.data();
  for (int round = 0; round < 10; ++round) {
    std::string input = once;
    std::size_t before = testing::allocation_count();
    spare.clear();
    server.output() = std::move(spare);
    EXPECT_EQ(echo(server, writable(input)), 3u);
    spare = std::move(server.output());
    EXPECT_EQ(testing::allocation_count(), before);
    EXPECT_EQ(spare.data(), memory);
  }
}

// Of many, as the allocator takes the last few chunks that were freed for used.
TEST(WebSocketMemory, is_given_back_when_all_was_read) {
  WebSocketOptions options;
  std::vector<WebSocketProtocol> servers;
  for (int index = 0; index < 200; ++index) {
    servers.push_back(WebSocketProtocol::server(options, Time()));
  }
  for (const std::string& bytes :
       {from_client(1, "cut") + from_client(9, "ping"), from_client(9, "ping"),
        from_client(2, std::string(100000, 'x')),
        from_client(1, "frag", false) + from_client(9, "x") + from_client(0, "ments")}) {
    for (std::size_t cut = 1; cut < 20; ++cut) {
      std::size_t before = memory_in_use();
      for (WebSocketProtocol& server : servers) {
        std::string first = bytes.substr(0, cut);
        std::string second = bytes.substr(std::min(cut, bytes.size()));
        echo(server, writable(first));
        echo(server, writable(second));
        server.output().release();
      }
      ASSERT_LT(memory_in_use(), before + 200 * 64) << "cut at " << cut;
    }
  }
}

TEST(WebSocketMemory, is_not_got_on_the_word_of_a_header_alone) {
  WebSocketOptions options;
  std::string bytes = from_client(2, std::string(16 << 20, 'x')).substr(0, 15);
  std::size_t before = memory_in_use();
  auto server = WebSocketProtocol::server(options, Time());
  echo(server, writable(bytes));
  EXPECT_LT(memory_in_use() - before, 8192u);
}

}  // namespace
}  // namespace bowline
