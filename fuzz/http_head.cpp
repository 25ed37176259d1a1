// A head of HTTP means the same however its bytes are cut, and what is accepted holds to the rules
// that keep two readers from reading two things.
#include "bowline/proto/http_head.h"

#include "bowline/base/check.h"
#include "bowline/proto/http_request.h"

namespace {

using namespace bowline;
using State = HttpHeadReader::State;

const HttpLimits limits{.start_line_size_max = 100, .fields_size_max = 200, .field_count_max = 5};

std::string summary(const HttpHeadReader& reader) {
  if (reader.state() == State::failed) {
    return std::to_string(reader.failure().status) + reader.failure().why;
  }
  if (reader.state() != State::done) return "";
  std::string out = std::to_string(reader.size()).append(" ").append(reader.start_line());
  for (std::size_t index = 0; index < reader.fields().size(); ++index) {
    HttpFields::Field field = reader.fields()[index];
    out.append("\n").append(field.name).append(":").append(field.value);
  }
  return out;
}

std::string read_by(std::string_view text, std::size_t step) {
  HttpHeadReader reader(limits, check_request_line);
  for (std::size_t size = 0; size < text.size();) {
    size = std::min(size + step, text.size());
    std::string moved(text.substr(0, size));
    reader.read(moved);
    if (size == text.size()) return summary(reader);
  }
  return "";
}

void check_accepted(std::string_view head, const HttpHeadReader& reader) {
  for (std::size_t at = 0; at < head.size(); ++at) {
    BOWLINE_CHECK(head[at] != '\0');
    if (head[at] == '\n') BOWLINE_CHECK(at > 0 && head[at - 1] == '\r');
    if (head[at] == '\r') BOWLINE_CHECK(at + 1 < head.size() && head[at + 1] == '\n');
  }
  HttpRequest request;
  if (read_request(reader.start_line(), reader.fields(), request)) return;
  BOWLINE_CHECK(reader.fields().count("host") == 1 || request.minor_version == 0);
  std::size_t sizes =
      reader.fields().count("content-length") + reader.fields().count("transfer-encoding");
  BOWLINE_CHECK(sizes == (request.framing.kind == HttpFraming::Kind::none ? 0 : 1));
  BOWLINE_CHECK(is_http_host(request.host) && is_known_method(request.method));
  BOWLINE_CHECK(request.path == "*" || request.path.starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string whole = read_by(text, size + 1);
  BOWLINE_CHECK(read_by(text, 1) == whole);
  BOWLINE_CHECK(read_by(text, 7) == whole);
  HttpHeadReader reader(limits, check_request_line);
  if (reader.read(text) == State::done) check_accepted(text.substr(0, reader.size()), reader);
  return 0;
}
