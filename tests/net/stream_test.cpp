#include "bowline/net/stream.h"

#include "bowline/task/wait.h"
#include "tests/support/cuts.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::Pieces;
using testing::ScriptedTransport;

using Piece = std::optional<std::string_view>;
// Reads all that a stream has, somehow, and shows it.
using Reader = Task<> (*)(Stream& stream, std::size_t limit, std::string& shown);

void show(const Piece& piece, std::string& shown) {
  shown += "[" + std::string(*piece) + "]";
}

// "[one][two]" and at the end "." or why there is no more.
Task<> read_lines(Stream& stream, std::size_t limit, std::string& shown) {
  for (;;) {
    Result<Piece> line = co_await attempt(stream.read_line(limit));
    if (!line) shown += line.error().is(Errc::too_long) ? "too long" : line.error().what();
    if (!line) co_return;
    if (!*line) break;
    show(*line, shown);
  }
  Piece again = co_await stream.read_line(limit);
  shown += again ? "more after the end" : ".";
}

Task<> read_until_semicolons(Stream& stream, std::size_t limit, std::string& shown) {
  for (;;) {
    Result<Piece> piece = co_await attempt(stream.read_until(";;", limit));
    if (!piece && piece.error().is(Errc::too_long)) shown += "too long";
    if (!piece && piece.error().is(Errc::ended_early)) shown += "ended early";
    if (!piece) co_return;
    if (!*piece) break;
    show(*piece, shown);
  }
  shown += ".";
}

// A line, what is left of the rest of what came with it, and then exactly so many bytes.
Task<> read_in_turns(Stream& stream, std::size_t limit, std::string& shown) {
  Piece line = co_await stream.read_line(limit);
  show(line, shown);
  std::string two(2, '\0');
  co_await stream.read_exactly(writable(two));
  show(two, shown);
  line = co_await stream.read_line(limit);
  show(line, shown);
  std::string rest;
  while (Chunk chunk = co_await stream.read_some()) rest += chunk.text();
  show(rest, shown);
}

class StreamTest : public testing::VirtualLoopTest {
 protected:
  Stream stream_over(Pieces pieces, int end = 0, bool late = false) {
    auto transport = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), end, late);
    script_ = transport.get();
    return Stream(std::move(transport));
  }
  // What `reader` shows of `text`, however it is cut; all cuts must show the same.
  std::string shown_by(Reader reader, std::string_view text, std::size_t limit = 100) {
    std::string first;
    for (const Pieces& pieces : testing::every_cut(text)) {
      for (bool late : {false, true}) {
        Stream stream = stream_over(pieces, 0, late);
        std::string shown;
        run(reader(stream, limit, shown));
        if (first.empty()) first = shown;
        if (shown != first) return first + " but, cut otherwise, " + shown;
      }
    }
    return first;
  }

  ScriptedTransport* script_ = nullptr;
};

TEST_F(StreamTest, lines_do_not_depend_on_how_bytes_arrive) {
  EXPECT_EQ(shown_by(read_lines, "one\ntwo\n\nx\n"), "[one][two][][x].");
  EXPECT_EQ(shown_by(read_lines, "a\r\nb\n\r\nc\r\n"), "[a][b][][c].");
  EXPECT_EQ(shown_by(read_lines, "\n\n\n"), "[][][].");
  EXPECT_EQ(shown_by(read_lines, ""), ".");
}

TEST_F(StreamTest, the_last_line_may_lack_its_end) {
  EXPECT_EQ(shown_by(read_lines, "one\nlast"), "[one][last].");
  EXPECT_EQ(shown_by(read_lines, "x"), "[x].");
  EXPECT_EQ(shown_by(read_lines, "one\r\nlast\r"), "[one][last].");
}

TEST_F(StreamTest, a_line_keeps_all_but_its_end) {
  EXPECT_EQ(shown_by(read_lines, "a\0b\n\0\n"s), "[a\0b][\0]."s);
  EXPECT_EQ(shown_by(read_lines, "a\rb\r\r\n"), "[a\rb\r].");
  EXPECT_EQ(shown_by(read_lines, " a \n"), "[ a ].");
}

TEST_F(StreamTest, a_line_may_have_as_many_bytes_as_the_limit_its_end_included) {
  EXPECT_EQ(shown_by(read_lines, "abc\nabc\n", 4), "[abc][abc].");
  EXPECT_EQ(shown_by(read_lines, "abc\nabcd\n", 4), "[abc]too long");
  EXPECT_EQ(shown_by(read_lines, "ab\r\nabc\r\n", 4), "[ab]too long");
  EXPECT_EQ(shown_by(read_lines, "\n\nab\n", 1), "[][]too long");
}

TEST_F(StreamTest, the_last_line_without_its_end_has_the_same_limit) {
  EXPECT_EQ(shown_by(read_lines, "abc\nabc", 4), "[abc][abc].");
  EXPECT_EQ(shown_by(read_lines, "abc\nabcd", 4), "[abc][abcd].");
  EXPECT_EQ(shown_by(read_lines, "abc\nabcde", 4), "[abc]too long");
}

TEST_F(StreamTest, pieces_up_to_a_delimiter_do_not_depend_on_how_bytes_arrive) {
  EXPECT_EQ(shown_by(read_until_semicolons, "a;;b;c;;;;"), "[a;;][b;c;;][;;].");
  EXPECT_EQ(shown_by(read_until_semicolons, "a;;;b;;"), "[a;;][;b;;].");
  EXPECT_EQ(shown_by(read_until_semicolons, "a\0;;\n;;"s), "[a\0;;][\n;;]."s);
  EXPECT_EQ(shown_by(read_until_semicolons, ""), ".");
}

TEST_F(StreamTest, a_piece_that_the_end_cuts_off_is_an_error) {
  EXPECT_EQ(shown_by(read_until_semicolons, "a;;b"), "[a;;]ended early");
  EXPECT_EQ(shown_by(read_until_semicolons, "a;;b;"), "[a;;]ended early");
  EXPECT_EQ(shown_by(read_until_semicolons, "ab", 100), "ended early");
}

TEST_F(StreamTest, a_piece_may_have_as_many_bytes_as_the_limit_its_delimiter_included) {
  EXPECT_EQ(shown_by(read_until_semicolons, "ab;;cd;;", 4), "[ab;;][cd;;].");
  EXPECT_EQ(shown_by(read_until_semicolons, "ab;;cde;;", 4), "[ab;;]too long");
  EXPECT_EQ(shown_by(read_until_semicolons, ";;a;;", 2), "[;;]too long");
}

TEST_F(StreamTest, ways_of_reading_take_turns_and_lose_nothing) {
  EXPECT_EQ(shown_by(read_in_turns, "one\n12two\nrest"), "[one][12][two][rest]");
  EXPECT_EQ(shown_by(read_in_turns, "\n12\n"), "[][12][][]");
  EXPECT_EQ(shown_by(read_in_turns, "a\nb\nc\nd\ne"), "[a][b\n][c][d\ne]");
}

TEST_F(StreamTest, read_some_after_a_line_gives_what_came_with_it) {
  auto body = [](Stream& stream) -> Task<> {
    co_await stream.read_line();
    std::string two(2, '\0');
    EXPECT_EQ(co_await stream.read_some(writable(two)), 2u);
    EXPECT_EQ(two, "re");
    Chunk rest = co_await stream.read_some();
    EXPECT_EQ(rest.text(), "st");
    EXPECT_TRUE((co_await stream.read_some()).empty());
  };
  Stream stream = stream_over({"line\nrest"});
  run(body(stream));
}

TEST_F(StreamTest, a_line_that_was_too_long_is_still_there_to_read) {
  auto body = [](Stream& stream) -> Task<> {
    Result<Piece> line = co_await attempt(stream.read_line(4));
    EXPECT_TRUE(line.error().is(Errc::too_long));
    std::string rest;
    while (Chunk chunk = co_await stream.read_some()) rest += chunk.text();
    EXPECT_EQ(rest, "abcdefgh\nmore");
  };
  for (const Pieces& pieces : testing::some_cuts("abcdefgh\nmore")) {
    Stream stream = stream_over(pieces);
    run(body(stream));
  }
}

TEST_F(StreamTest, a_delimiter_may_change_between_reads_of_the_same_bytes) {
  auto body = [](Stream& stream) -> Task<> {
    Result<Piece> line = co_await attempt(stream.read_until("#", 6));
    EXPECT_TRUE(line.error().is(Errc::too_long));
    Piece found = co_await stream.read_line();
    EXPECT_EQ(*found, "ab");
    found = co_await stream.read_until("d");
    EXPECT_EQ(*found, "cd");
  };
  for (const Pieces& pieces : testing::every_cut("ab\ncdefgh")) {
    Stream stream = stream_over(pieces);
    run(body(stream));
  }
}

TEST_F(StreamTest, read_exactly_says_how_far_it_came_when_the_stream_ends) {
  auto body = [](Stream& stream) -> Task<> {
    std::string room(5, '\0');
    Result<void> read = co_await attempt(stream.read_exactly(writable(room)));
    EXPECT_TRUE(read.error().is(Errc::ended_early));
    EXPECT_NE(std::string(read.error().what()).find("3 of 5 bytes came"), std::string::npos);
  };
  for (const Pieces& pieces : testing::every_cut("abc")) {
    Stream stream = stream_over(pieces);
    run(body(stream));
  }
}

TEST_F(StreamTest, read_exactly_of_nothing_is_done) {
  auto body = [](Stream& stream) -> Task<> {
    co_await stream.read_exactly({});
    co_await stream.write_all("");
  };
  Stream stream = stream_over({});
  run(body(stream));
  EXPECT_EQ(script_->submitted, 0);
}

TEST_F(StreamTest, the_end_stays_the_end) {
  auto body = [](Stream& stream) -> Task<> {
    for (int round = 0; round < 3; ++round) {
      EXPECT_TRUE((co_await stream.read_some()).empty());
      EXPECT_FALSE((co_await stream.read_line()).has_value());
      EXPECT_FALSE((co_await stream.read_until(";")).has_value());
    }
  };
  Stream stream = stream_over({});
  run(body(stream));
}

TEST_F(StreamTest, an_error_names_what_was_done_and_where) {
  auto body = [](Stream& stream) -> Task<> {
    Result<Chunk> chunk = co_await attempt(stream.read_some());
    EXPECT_TRUE(chunk.error().is(std::errc::connection_reset));
    EXPECT_EQ(std::string(chunk.error().what()).find("read from script:: "), 0u);
    Result<Piece> line = co_await attempt(stream.read_line());
    EXPECT_TRUE(line.error().is(std::errc::connection_reset));
    Result<void> written = co_await attempt(stream.write_all("x"));
    EXPECT_TRUE(written.error().is(std::errc::broken_pipe));
    EXPECT_EQ(std::string(written.error().what()).find("write to script:: "), 0u);
  };
  Stream stream = stream_over({}, -ECONNRESET);
  script_->write_result = -EPIPE;
  run(body(stream));
}

TEST_F(StreamTest, an_error_after_a_part_of_a_line_loses_no_byte) {
  auto body = [](Stream& stream) -> Task<> {
    Result<Piece> line = co_await attempt(stream.read_line());
    EXPECT_TRUE(line.error().is(std::errc::connection_reset));
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "part");
  };
  Stream stream = stream_over({"pa", "rt"}, -ECONNRESET);
  run(body(stream));
}

TEST_F(StreamTest, a_line_that_timed_out_goes_on_where_it_was) {
  auto body = [](Stream& stream, ScriptedTransport& script) -> Task<> {
    for (int round = 0; round < 3; ++round) {
      Result<Piece> line = co_await attempt(within(1s, stream.read_line()));
      EXPECT_TRUE(line.error().timed_out());
      script.add("more ");
    }
    script.add("and done\nnext\n");
    Piece line = co_await stream.read_line();
    EXPECT_EQ(*line, "begin more more more and done");
    line = co_await stream.read_line();
    EXPECT_EQ(*line, "next");
  };
  Stream stream = stream_over({"begin "});
  script_->wait_at_the_end();
  run(body(stream, *script_));
}

TEST_F(StreamTest, lines_from_a_full_buffer_do_not_grow_the_stack) {
  auto body = [](Stream& stream, int& count) -> Task<> {
    while (Piece line = co_await stream.read_line()) count += *line == "x";
  };
  std::string text;
  for (int index = 0; index < 1'000'000; ++index) text += "x\n";
  int count = 0;
  Stream stream = stream_over({std::move(text)});
  run(body(stream, count));
  EXPECT_EQ(count, 1'000'000);
}

TEST_F(StreamTest, a_long_line_in_small_pieces_takes_linear_time) {
  Pieces pieces(20'000, std::string(50, 'x'));
  pieces.push_back("\n");
  auto body = [](Stream& stream) -> Task<> {
    Piece line = co_await stream.read_line(1 << 20);
    EXPECT_EQ(line->size(), 1'000'000u);
  };
  Stream stream = stream_over(std::move(pieces));
  run(body(stream));
}

TEST_F(StreamTest, that_is_moved_keeps_what_it_has_read_ahead) {
  auto body = [](Stream& first) -> Task<> {
    co_await first.read_line();
    Stream second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    Piece line = co_await second.read_line();
    EXPECT_EQ(*line, "two");
  };
  Stream stream = stream_over({"one\ntwo\n"});
  run(body(stream));
}

TEST_F(StreamTest, without_a_transport_is_false) {
  EXPECT_FALSE(Stream());
  Stream stream = stream_over({});
  EXPECT_TRUE(stream);
}

TEST_F(StreamTest, has_no_credentials_where_the_transport_has_none) {
  Stream stream = stream_over({});
  EXPECT_THROW(stream.peer_credentials(), Error);
  stream.set_option(Option::no_delay, 1);
  EXPECT_EQ(stream.peer_url(), "script:");
}

}  // namespace
}  // namespace bowline
