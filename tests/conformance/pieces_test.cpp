#include "tests/conformance/conformance.h"
#include "tests/support/cuts.h"

#include <vector>

namespace bowline::conformance {
namespace {

using namespace std::string_literals;
using testing::Pieces;

class PiecesTest : public Conformance {
 protected:
  using Reader = Task<> (*)(Stream* stream, std::string* shown);
  // What `reader` shows of `text`, which arrives in these pieces.
  std::string shown_by(Reader reader, const Pieces& pieces);
  // The same for several ways to cut it, which must not matter.
  std::string shown_by(Reader reader, std::string text) {
    std::string first = shown_by(reader, Pieces{text});
    for (const Pieces& pieces : testing::some_cuts(text)) {
      std::string shown = shown_by(reader, pieces);
      if (shown != first) return first + " but, cut otherwise, " + shown;
    }
    return first;
  }
};

INSTANTIATE_TEST_SUITE_P(Over, PiecesTest, ::testing::ValuesIn(settings()), setting_name);

// Writes each piece when the one before has been read and the reader waits again.
Task<> write_pieces(Stream* stream, const Pieces* pieces) {
  for (const std::string& piece : *pieces) {
    co_await stream->write_all(piece);
    for (int turn = 0; turn < 4; ++turn) co_await yield();
  }
  co_await stream->write_end();
}

std::string PiecesTest::shown_by(Reader reader, const Pieces& pieces) {
  auto both = [](Scope& scope, Reader reading, Link* link, const Pieces* sent,
                 std::string* shown) -> Task<> {
    scope.start(write_pieces(&link->left, sent));
    co_await reading(&link->right, shown);
  };
  auto body = [](const Setting& how, Network network, auto talking, Reader reading,
                 const Pieces& sent, std::string& shown) -> Task<> {
    Link link = co_await how.link(network);
    co_await with_scope(talking, reading, &link, &sent, &shown);
  };
  std::string shown;
  run(body(setting(), world_->network(), both, reader, pieces, shown));
  return shown;
}

Task<> read_lines(Stream* stream, std::string* shown) {
  while (std::optional<std::string_view> line = co_await stream->read_line(8)) {
    *shown += "[" + std::string(*line) + "]";
  }
  *shown += ".";
}

Task<> read_lines_or_fail(Stream* stream, std::string* shown) {
  Result<void> read = co_await attempt(read_lines(stream, shown));
  if (read) co_return;
  *shown += read.error().is(Errc::too_long) ? "too long" : read.error().what();
  // The writer still has to get rid of the rest.
  while (Chunk chunk = co_await stream->read_some()) *shown += "";
}

Task<> read_until_dashes(Stream* stream, std::string* shown) {
  for (;;) {
    Result<std::optional<std::string_view>> piece = co_await attempt(stream->read_until("--", 8));
    if (!piece) {
      *shown += piece.error().is(Errc::ended_early) ? "ended early" : piece.error().what();
      co_return;
    }
    if (!*piece) break;
    *shown += "[" + std::string(**piece) + "]";
  }
  *shown += ".";
}

Task<> read_in_turns(Stream* stream, std::string* shown) {
  std::optional<std::string_view> line = co_await stream->read_line();
  *shown += "[" + std::string(*line) + "]";
  std::string four(4, '\0');
  co_await stream->read_exactly(writable(four));
  *shown += "[" + four + "]";
  std::optional<std::string_view> piece = co_await stream->read_until("#");
  *shown += "[" + std::string(*piece) + "][";
  while (Chunk chunk = co_await stream->read_some()) *shown += chunk.text();
  *shown += "]";
}

Task<> read_six(Stream* stream, std::string* shown) {
  std::string six(6, '\0');
  Result<void> read = co_await attempt(stream->read_exactly(writable(six)));
  if (read) *shown += six;
  if (!read && read.error().is(Errc::ended_early)) *shown += "ended early";
}

TEST_P(PiecesTest, lines_are_the_same_however_they_arrive) {
  EXPECT_EQ(shown_by(read_lines, "one\ntwo\r\n\n\r\nlast"), "[one][two][][][last].");
  EXPECT_EQ(shown_by(read_lines, "a\0b\n\0\n\r\r\n"s), "[a\0b][\0][\r]."s);
  EXPECT_EQ(shown_by(read_lines, ""), ".");
}

TEST_P(PiecesTest, lines_have_a_limit_however_they_arrive) {
  EXPECT_EQ(shown_by(read_lines_or_fail, "1234567\n123456\r\n"), "[1234567][123456].");
  EXPECT_EQ(shown_by(read_lines_or_fail, "1\n12345678\nx"), "[1]too long");
  EXPECT_EQ(shown_by(read_lines_or_fail, "1\n12345678"), "[1][12345678].");
  EXPECT_EQ(shown_by(read_lines_or_fail, "1\n123456789"), "[1]too long");
}

TEST_P(PiecesTest, up_to_a_delimiter_are_the_same_however_they_arrive) {
  EXPECT_EQ(shown_by(read_until_dashes, "a--b-c---d--"), "[a--][b-c--][-d--].");
  EXPECT_EQ(shown_by(read_until_dashes, "a--b-"), "[a--]ended early");
}

TEST_P(PiecesTest, exactly_so_long_are_the_same_however_they_arrive) {
  EXPECT_EQ(shown_by(read_six, "123456"), "123456");
  EXPECT_EQ(shown_by(read_six, "12345"), "ended early");
  EXPECT_EQ(shown_by(read_six, ""), "ended early");
}

TEST_P(PiecesTest, are_read_in_different_ways_in_turn) {
  EXPECT_EQ(shown_by(read_in_turns, "line\n1234to#rest"), "[line][1234][to#][rest]");
  EXPECT_EQ(shown_by(read_in_turns, "\r\n\n\r\n##"), "[][\n\r\n#][#][]");
}

}  // namespace
}  // namespace bowline::conformance
