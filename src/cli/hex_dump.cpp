#include "cli/hex_dump.h"

namespace bowline::cli {
namespace {

constexpr std::size_t row_size = 16;
constexpr std::size_t half_row = 8;
constexpr std::size_t offset_digits = 8;
constexpr std::size_t row_width = 79;
constexpr char digits[] = "0123456789abcdef";

void append_offset(std::string& out, std::uint64_t offset) {
  std::size_t count = offset_digits;
  while (count < 16 && offset >> (4 * count)) ++count;
  while (count-- > 0) out += digits[offset >> (4 * count) & 15];
}

void append_row(std::string& out, std::uint64_t offset, Bytes row) {
  append_offset(out, offset);
  out += ' ';
  for (std::size_t index = 0; index < row_size; ++index) {
    if (index % half_row == 0) out += ' ';
    if (index < row.size()) {
      auto byte = std::to_integer<unsigned>(row[index]);
      ((out += digits[byte >> 4]) += digits[byte & 15]) += ' ';
    } else {
      out += "   ";
    }
  }
  out += " |";
  for (char c : row.text()) out += c >= ' ' && c <= '~' ? c : '.';
  out += "|\n";
}

}  // namespace

std::string HexDump::rows(Bytes piece) {
  std::string out;
  out.reserve((piece.size() / row_size + 1) * (row_width + 1));
  for (Bytes rest = piece; !rest.empty(); rest = rest.after(row_size)) {
    append_row(out, offset_, rest.first(row_size));
    offset_ += rest.first(row_size).size();
  }
  return out;
}

Task<bool> HexOutput::show(Bytes piece) {
  std::string rows = dump_.rows(piece);
  co_return co_await output_.show(rows);
}

}  // namespace bowline::cli
