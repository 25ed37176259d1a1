#include "tests/conformance/conformance.h"

namespace bowline::conformance {
namespace {

class Ends : public Conformance {
 protected:
  // As run(body), with a scope around it for tasks beside it.
  using ScopedBody = Task<> (*)(Scope& scope, Stream* left, Stream* right);
  void run_in_scope(ScopedBody body) {
    auto linked = [](Network network, const Setting& how, ScopedBody inside) -> Task<> {
      Link link = co_await how.link(network);
      co_await with_scope(inside, &link.left, &link.right);
    };
    run(linked(world_->network(), setting(), body));
  }
};

class TcpEnds : public Ends {};

INSTANTIATE_TEST_SUITE_P(Over, Ends, ::testing::ValuesIn(settings()), setting_name);
INSTANTIATE_TEST_SUITE_P(Over, TcpEnds, ::testing::ValuesIn(tcp_settings()), setting_name);

bool is_broken(const Error& error) {
  return error.is(std::errc::broken_pipe) || error.is(std::errc::connection_reset);
}

TEST_P(Ends, half_closed_carries_the_answer_back) {
  if (!setting().plain) GTEST_SKIP() << "it does not over this transport";
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    scope.start(write(*left, "question"));
    Chunk question = co_await right->read_some();
    EXPECT_EQ(question.text(), "question");
    co_await left->write_end();
    EXPECT_TRUE((co_await right->read_some()).empty());
    scope.start(write(*right, "answer"));
    Chunk answer = co_await left->read_some();
    EXPECT_EQ(answer.text(), "answer");
    co_await right->write_end();
    EXPECT_TRUE((co_await left->read_some()).empty());
    EXPECT_TRUE((co_await left->read_some()).empty()) << "the end is not the end";
  });
}

TEST_P(Ends, half_closed_breaks_for_who_goes_on_writing) {
  run([](Stream& left, Stream&) -> Task<> {
    co_await left.write_end();
    Result<void> written = co_await attempt(left.write_all("x"));
    EXPECT_TRUE(written.error().is(std::errc::broken_pipe)) << written.error().what();
  });
}

TEST_P(Ends, a_reader_that_waits_sees_the_half_close) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto end_later = [](Stream& stream) -> Task<> {
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      co_await stream.write_end();
    };
    scope.start(end_later(*left));
    EXPECT_TRUE((co_await right->read_some()).empty());
  });
}

TEST_P(Ends, a_reader_that_waits_sees_that_its_own_side_ends_the_input) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto end_later = [](Stream* stream) -> Task<> {
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      stream->transport().end_input("enough");
    };
    // The peer reads as well: where the protocol has a goodbye, it answers.
    auto read_to_the_end = [](Stream* stream) -> Task<> {
      Result<Chunk> chunk = co_await attempt(stream->read_some());
      EXPECT_TRUE(!chunk || chunk->empty());
      *stream = Stream();
    };
    scope.start(end_later(right));
    scope.start(read_to_the_end(left));
    EXPECT_TRUE((co_await right->read_some()).empty());
    *right = Stream();
  });
}

TEST_P(Ends, ended_input_leaves_what_has_come_to_be_read_and_answered) {
  if (!setting().plain) GTEST_SKIP() << "its goodbye ends both directions";
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    scope.start(write(*left, "last words"));
    Chunk first = co_await right->read_some();
    right->put_back(std::move(first));
    right->transport().end_input("enough");
    std::string words(10, '\0');
    co_await right->read_exactly(writable(words));
    EXPECT_EQ(words, "last words");
    EXPECT_TRUE((co_await right->read_some()).empty());
    scope.start(write(*right, "answer"));
    std::string answer(6, '\0');
    co_await left->read_exactly(writable(answer));
    EXPECT_EQ(answer, "answer");
  });
}

TEST_P(Ends, a_reader_that_waits_sees_the_peer_close) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto close_later = [](Stream* stream) -> Task<> {
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      *stream = Stream();
    };
    scope.start(close_later(left));
    EXPECT_TRUE((co_await right->read_some()).empty());
    EXPECT_FALSE((co_await right->read_line()).has_value());
  });
}

TEST_P(Ends, a_closed_peer_leaves_what_it_wrote_to_be_read) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto write_and_close = [](Stream* stream) -> Task<> {
      co_await stream->write_all("last words\nand an end");
      *stream = Stream();
    };
    scope.start(write_and_close(left));
    std::optional<std::string_view> line = co_await right->read_line();
    EXPECT_EQ(*line, "last words");
    EXPECT_EQ(co_await read_all(*right), "and an end");
  });
}

// The first write after the peer has gone may still be taken by the kernel; soon one breaks.
TEST_P(Ends, a_writer_sees_that_the_peer_has_gone) {
  if (!setting().plain) GTEST_SKIP() << "who closes waits for the other's goodbye";
  run([](Stream& left, Stream& right) -> Task<> {
    right = Stream();
    Result<void> written;
    int count = 0;
    for (; written.ok() && count < 1000; ++count) {
      written = co_await attempt(left.write_all("anybody there?"));
      co_await yield();
    }
    EXPECT_TRUE(!written && is_broken(written.error()));
  });
}

TEST_P(Ends, a_writer_that_waits_sees_that_the_peer_has_gone) {
  if (!setting().plain) GTEST_SKIP() << "who closes still reads up to the other's goodbye";
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto close_later = [](Stream* stream) -> Task<> {
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      *stream = Stream();
    };
    scope.start(close_later(right));
    std::string big(32 << 20, 'x');
    Result<void> written = co_await attempt(left->write_all(big));
    EXPECT_TRUE(!written && is_broken(written.error()));
  });
}

TEST_P(Ends, reading_and_writing_end_both_when_the_peer_goes) {
  if (!setting().plain) GTEST_SKIP() << "who closes still reads up to the other's goodbye";
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto read = [](Stream* stream, int& ended) -> Task<> {
      Result<std::string> all = co_await attempt(read_all(*stream));
      ++ended;
    };
    auto write_big = [](Stream* stream, int& ended) -> Task<> {
      std::string big(32 << 20, 'x');
      Result<void> written = co_await attempt(stream->write_all(big));
      EXPECT_FALSE(written.ok());
      ++ended;
    };
    int ended = 0;
    scope.start(read(left, ended));
    scope.start(write_big(left, ended));
    for (int turn = 0; turn < 20; ++turn) co_await yield();
    *right = Stream();
    while (ended < 2) co_await yield();
  });
}

TEST_P(TcpEnds, a_reset_is_told_from_an_end_by_who_reads) {
  run([](Stream& left, Stream& right) -> Task<> {
    left.set_option(Option::linger, 0);
    std::string url = right.peer_url();
    left = Stream();
    Result<Chunk> chunk = co_await attempt(right.read_some());
    EXPECT_FALSE(chunk.ok());
    if (!chunk) {
      EXPECT_TRUE(chunk.error().is(std::errc::connection_reset));
      EXPECT_EQ(std::string(chunk.error().what()).find("read from " + url + ": "), 0u);
    }
    Result<void> written = co_await attempt(right.write_all("x"));
    EXPECT_TRUE(!written && written.error().is(std::errc::broken_pipe));
  });
}

TEST_P(TcpEnds, a_reset_ends_a_read_that_waits) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto reset_later = [](Stream* stream) -> Task<> {
      for (int turn = 0; turn < 5; ++turn) co_await yield();
      stream->set_option(Option::linger, 0);
      *stream = Stream();
    };
    scope.start(reset_later(left));
    Result<Chunk> chunk = co_await attempt(right->read_some());
    EXPECT_TRUE(!chunk && chunk.error().is(std::errc::connection_reset));
  });
}

TEST_P(TcpEnds, a_reset_ends_a_write_that_waits) {
  run_in_scope([](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto reset_later = [](Stream* stream) -> Task<> {
      for (int turn = 0; turn < 20; ++turn) co_await yield();
      stream->set_option(Option::linger, 0);
      *stream = Stream();
    };
    scope.start(reset_later(left));
    std::string big(32 << 20, 'x');
    Result<void> written = co_await attempt(right->write_all(big));
    EXPECT_TRUE(!written && written.error().is(std::errc::connection_reset));
  });
}

// Closing with input unread is a reset as well (RFC 2525 2.17).
TEST_P(TcpEnds, closed_with_unread_input_is_a_reset_for_the_peer) {
  run([](Stream& left, Stream& right) -> Task<> {
    co_await right.write_all("nobody reads this");
    for (int turn = 0; turn < 5; ++turn) co_await yield();
    left = Stream();
    Result<Chunk> chunk = co_await attempt(right.read_some());
    EXPECT_TRUE(!chunk && chunk.error().is(std::errc::connection_reset));
  });
}

}  // namespace
}  // namespace bowline::conformance
