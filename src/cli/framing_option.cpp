#include "cli/framing_option.h"

#include "bowline/base/url.h"
#include "bowline/server/listen.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

namespace bowline::cli {

void add_framing_option(CLI::App& command, Framing& framing) {
  using Kind = Framing::Kind;
  command
      .add_option(
          "--framing", framing.kind,
          "How messages lie on a stream of bytes (tcp, tls, unix): each a line; each behind "
          "its length, 4 bytes, the highest first; or not at all (default: raw)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Kind>{
          {"line", Kind::line}, {"length", Kind::length}, {"raw", Kind::raw}}));
  auto limit = [&framing](const std::string& size) { framing.size_max = std::stoull(size); };
  command.get_option("--message-size")
      ->each(limit)
      ->description(
          "Bytes that a message may have, unpacked (WebSocket and --framing; default: "
          "16777216, of a line 65536)");
}

void check_framing(const Framing& framing, const std::vector<std::string>& urls) {
  auto messages = [](const std::string& url) { return has_messages(Url::parse(url).value()); };
  if (framing.kind == Framing::Kind::raw || urls.empty()) return;
  if (!std::all_of(urls.begin(), urls.end(), messages)) return;
  throw Error(make_error_code(Errc::bad_address),
              "--framing is for bytes (tcp://, tls://, unix:, any://); there are messages at " +
                  urls.front());
}

bool has_messages(const Url& url) {
  return url.scheme.starts_with("ws") || is_datagram(url);
}

}  // namespace bowline::cli
