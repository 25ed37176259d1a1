// A URL that can be read means the same once it is written again.
#include "bowline/base/url.h"

#include "bowline/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bowline;
  Result<Url> url = Url::parse({reinterpret_cast<const char*>(data), size});
  if (!url) return 0;
  Result<Url> again = Url::parse(url->text());
  BOWLINE_CHECK(again.ok());
  BOWLINE_CHECK(again->scheme == url->scheme && again->host == url->host);
  BOWLINE_CHECK(again->port == url->port && again->path == url->path);
  BOWLINE_CHECK(again->query == url->query && again->text() == url->text());
  return 0;
}
