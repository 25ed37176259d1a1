// What a header says does not change as more bytes come, it is never larger than allowed, and what
// it says of a client can be written and read again.
#include "bowline/proto/proxy_protocol.h"

#include "bowline/base/check.h"

#include <algorithm>

namespace {

using namespace bowline;
using State = ProxyReading::State;

void write_and_read(const ProxyHeader& header) {
  for (ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
    std::string text = proxy_header(version, header);
    ProxyReading again = read_proxy_header(text);
    BOWLINE_CHECK(again.state == State::complete && again.size == text.size());
    if (version == ProxyVersion::v1 && !header.source.is_ip()) continue;
    BOWLINE_CHECK(again.header.source == header.source);
    BOWLINE_CHECK(again.header.destination == header.destination);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  ProxyReading whole = read_proxy_header(bytes);
  for (std::size_t count = 0; count < std::min(size, proxy_v2_size_max + 1); ++count) {
    ProxyReading part = read_proxy_header(bytes.first(count));
    if (part.state == State::incomplete) continue;
    BOWLINE_CHECK(part.state == whole.state && part.size == whole.size);
  }
  if (whole.state == State::incomplete) BOWLINE_CHECK(size < proxy_v2_size_max);
  if (whole.state != State::complete) return 0;
  BOWLINE_CHECK(whole.size <= size && whole.size <= proxy_v2_size_max);
  write_and_read(whole.header);
  return 0;
}
