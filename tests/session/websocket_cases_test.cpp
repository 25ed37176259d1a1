// Every public case over the kernel's sockets: against a server's echo, and against a client's.
#include "bowline/client/connect.h"
#include "bowline/net/run.h"
#include "bowline/services/echo.h"
#include "bowline/socket/connect.h"
#include "bowline/socket/listen.h"
#include "tests/proto/websocket_player.h"
#include "tests/support/deadline.h"
#include "tests/support/serving.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::WebSocketCase;

constexpr std::size_t messages_max = 4;
constexpr Duration patience = 10s;
// How long a silence must last to be one.
constexpr int quiet_milliseconds = 5;

class SocketWire final : public testing::WebSocketWire {
 public:
  explicit SocketWire(Socket& socket) : socket_(socket) {}

  void write(std::string_view bytes) override {
    // A peer that has ended its side may be gone.
    (void)attempt([&] { socket_.send_all(bytes, patience); });
  }
  std::string read() override {
    auto received = attempt([&] { return socket_.recv(1 << 16, patience); });
    return received ? std::string(received->text()) : "";
  }
  bool is_quiet() override {
    pollfd watched{.fd = socket_.fileno(), .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, quiet_milliseconds) == 0;
  }

 private:
  Socket& socket_;
};

// Up to the empty line, byte by byte: what follows is for the player.
std::string read_head(Socket& socket) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    Received byte = socket.recv(1, patience);
    if (byte.empty()) break;
    head += byte.text();
  }
  return head;
}

std::vector<WebSocketCase> cases() {
  return testing::websocket_cases(messages_max);
}

// Asks for a WebSocket as the case wants it; the case then has what was agreed on.
void ask_for_websocket(Socket& socket, WebSocketCase& what) {
  WebSocketRequest request{.host = "localhost", .deflate = what.deflate};
  WebSocketKey key{};
  socket.send_all(websocket_request(request, key));
  std::string head = read_head(socket);
  HttpLimits limits;
  HttpResponseReader reader(limits);
  reader.receive(head);
  reader.next_event();
  WebSocketOpened opened = check_websocket_answer(reader.response(), request, key);
  EXPECT_EQ(opened.why, "");
  EXPECT_EQ(opened.deflate.has_value(), what.deflate.has_value());
  what.deflate = opened.deflate;
}

void answer_with_websocket(Socket& socket, WebSocketCase& what) {
  std::string head = read_head(socket);
  HttpServerOptions options;
  HttpServerProtocol http(options);
  http.receive(head);
  http.next_event();
  WebSocketAnswer answer = answer_websocket(http.request(), {.deflate = what.deflate});
  EXPECT_TRUE(answer.accepted());
  what.deflate = answer.deflate;
  http.upgrade(answer.fields);
  std::string output = http.take_output();
  socket.send_all(output);
}

class WebSocketSockets : public ::testing::TestWithParam<const char*> {
 protected:
  testing::Deadline deadline_{60};
};

TEST_P(WebSocketSockets, pass_against_a_server) {
  ServerOptions options;
  options.backend = GetParam();
  options.open.websocket.messages.compressed_size_min = 0;
  testing::Serving serving("ws://127.0.0.1:0", serve_echo, std::move(options));
  for (WebSocketCase& what : cases()) {
    SCOPED_TRACE(what.id + ": " + what.description);
    Socket socket = connect("tcp://" + serving.at());
    socket.set_no_delay();
    ask_for_websocket(socket, what);
    SocketWire wire(socket);
    EXPECT_EQ(testing::play(what, true, wire), "");
  }
}

// Each connection is echoed to its end, whatever that is.
Task<> echo_for_all(Network network, std::string url, std::size_t count) {
  ConnectOptions options;
  options.websocket.request.deflate = DeflateParameters();
  options.websocket.messages.compressed_size_min = 0;
  for (; count > 0; --count) {
    Stream stream = co_await connect(network, url, options);
    Result<void> ended = co_await attempt(serve_echo(std::move(stream)));
  }
}

TEST_P(WebSocketSockets, pass_against_a_client) {
  Socket listener = listen("tcp://127.0.0.1:0");
  std::vector<WebSocketCase> all = cases();
  std::string url = "ws://" + listener.local_address().text();
  std::jthread clients([&, backend = GetParam()] {
    auto main = [&](Network network) { return echo_for_all(network, url, all.size()); };
    EXPECT_EQ(run(main, backend), 0);
  });
  for (WebSocketCase& what : all) {
    SCOPED_TRACE(what.id + ": " + what.description);
    Socket socket = listener.accept(patience).socket;
    socket.set_no_delay();
    answer_with_websocket(socket, what);
    SocketWire wire(socket);
    EXPECT_EQ(testing::play(what, false, wire), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Over, WebSocketSockets, ::testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

}  // namespace
}  // namespace bowline
