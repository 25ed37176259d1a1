// Requests and answers are the same however the bytes of the requests are cut.
#include "bowline/proto/http_server.h"

#include "tests/proto/http_talk.h"

namespace {

using namespace bowline;
using testing::HttpTalk;

const HttpServerOptions options = {.limits = {.start_line_size_max = 60,
                                              .fields_size_max = 120,
                                              .field_count_max = 5,
                                              .body_size_max = 40}};

std::string served_by(std::string_view text, std::size_t step) {
  HttpTalk talk(options);
  for (std::size_t at = 0; at < text.size(); at += step) talk.receive(text.substr(at, step));
  talk.receive_end();
  BOWLINE_CHECK(talk.http().closing());
  return talk.seen() + talk.output();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string whole = served_by(text, size + 1);
  BOWLINE_CHECK(served_by(text, 1) == whole);
  BOWLINE_CHECK(served_by(text, 5) == whole);
  return 0;
}
