// What was once decided stays so as more bytes come, and no request that a server would read is
// taken for anything else.
#include "bowline/proto/sniff.h"

#include "bowline/base/check.h"
#include "bowline/proto/http_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bowline;
  Bytes bytes(data, size);
  Speech whole = sniff(bytes);
  bool decided = false;
  for (std::size_t count = 0; count <= size; ++count) {
    Speech part = sniff(bytes.first(count));
    if (part != Speech::undecided) BOWLINE_CHECK(part == whole);
    BOWLINE_CHECK(!decided || part != Speech::undecided);
    decided = part != Speech::undecided;
  }
  std::string_view line = bytes.text().substr(0, bytes.text().find('\r'));
  if (!check_request_line(line)) BOWLINE_CHECK(whole == Speech::http);
  return 0;
}
