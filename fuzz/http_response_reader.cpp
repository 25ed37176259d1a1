// An answer is read the same however its bytes are cut.
#include "bowline/proto/http_response_reader.h"

#include "bowline/base/check.h"
#include "tests/proto/http_talk.h"

namespace {

using namespace bowline;

std::string read_by(std::string_view text, std::size_t step, bool to_head) {
  constexpr HttpLimits limits{
      .start_line_size_max = 60, .fields_size_max = 120, .field_count_max = 5, .body_size_max = 40};
  testing::Pieces pieces;
  for (std::size_t at = 0; at < text.size(); at += step) pieces.emplace_back(text.substr(at, step));
  return testing::answered(pieces, limits, to_head);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (bool to_head : {false, true}) {
    std::string whole = read_by(text, size + 1, to_head);
    BOWLINE_CHECK(read_by(text, 1, to_head) == whole);
    BOWLINE_CHECK(read_by(text, 5, to_head) == whole);
  }
  return 0;
}
