#include "bowline/client/loss.h"

#include "bowline/net/pipe.h"
#include "bowline/session/websocket.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

Loss loss_of_status(int status, Duration retry_after = {}) {
  return loss_of(HttpRefusal(make_error(EPROTO, "connect"), status, retry_after));
}

TEST(Loss, is_final_when_the_same_would_happen_again) {
  for (Errc code : {Errc::bad_address, Errc::peer_not_trusted, Errc::bad_certificate}) {
    EXPECT_TRUE(loss_of(make_error(make_error_code(code), "connect")).is_final);
  }
  for (int number : {EACCES, EINVAL, EMSGSIZE}) {
    EXPECT_TRUE(loss_of(make_error(number, "connect")).is_final) << number;
  }
}

TEST(Loss, is_not_final_when_time_may_mend_it) {
  for (Errc code : {Errc::name_not_found, Errc::name_lookup_failed, Errc::ended_early}) {
    EXPECT_FALSE(loss_of(make_error(make_error_code(code), "connect")).is_final);
  }
  for (int number :
       {ECONNREFUSED, ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENOENT, EMFILE, EAGAIN}) {
    EXPECT_FALSE(loss_of(make_error(number, "connect")).is_final) << number;
  }
}

TEST(Loss, knows_which_answers_of_http_are_final) {
  for (int status : {200, 301, 400, 401, 403, 404, 426}) {
    EXPECT_TRUE(loss_of_status(status).is_final) << status;
  }
  for (int status : {408, 425, 429, 500, 502, 503, 504}) {
    EXPECT_FALSE(loss_of_status(status).is_final) << status;
  }
  EXPECT_EQ(loss_of_status(503, 7s).retry_after, 7s);
}

// Over a pipe.
Task<> accept_and_close(Network network, Stream* stream, unsigned code) {
  static const WebSocketSettings settings;
  WebSocket socket(co_await accept_websocket(network, std::move(*stream), settings));
  co_await socket.close(code, "so it is");
}

Task<> close_with(Scope& scope, Network network, unsigned code, Loss* loss, bool* well) {
  auto [server, client] = make_pipe(network.scheduler());
  scope.start(accept_and_close(network, &server, code));
  WebSocketConnectOptions options;
  Stream stream = co_await open_websocket(network, std::move(client), "ws://localhost:1/", options);
  Message message = co_await ReceiveMessage(stream);
  EXPECT_FALSE(message);
  *loss = end_of(stream, *well);
}

class CloseCodes : public testing::LoopTest {
 protected:
  // How a client sees that its server closes with `code`.
  Loss closed_with(unsigned code) {
    Loss loss{make_error(EIO, ""), false, {}};
    run(with_scope(close_with, network_, code, &loss, &well_));
    return loss;
  }
  bool well_ = false;
};

TEST_F(CloseCodes, that_say_that_we_do_wrong_are_final) {
  for (unsigned code : {1002, 1003, 1007, 1008, 1009, 1010}) {
    EXPECT_TRUE(closed_with(code).is_final) << code;
    EXPECT_FALSE(well_);
  }
  for (unsigned code : {1000, 1001, 1011, 1012, 1013, 4000}) {
    EXPECT_FALSE(closed_with(code).is_final) << code;
  }
}

TEST_F(CloseCodes, may_ask_to_come_back_later) {
  EXPECT_EQ(closed_with(1012).retry_after, 5s);
  EXPECT_EQ(closed_with(1013).retry_after, 5s);
  EXPECT_EQ(closed_with(1001).retry_after, 0s);
  EXPECT_TRUE(well_);
}

TEST_F(CloseCodes, are_told_with_their_reason) {
  EXPECT_STREQ(closed_with(1013).why.what(),
               "talk to ws://localhost:1/: the server closed with 1013: so it is");
}

}  // namespace
}  // namespace bowline
