// The option --framing of `serve` and `connect`: how messages lie on a stream of bytes.
#pragma once

#include "bowline/session/framing.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bowline {
struct Url;
}

namespace bowline::cli {

// After --message-size, which then limits these messages too.
void add_framing_option(CLI::App& command, Framing& framing);
// Throws Error (Errc::bad_address) when there is nothing to frame at any of `urls`.
void check_framing(const Framing& framing, const std::vector<std::string>& urls);

// Over WebSocket and datagrams there are messages without any framing.
bool has_messages(const Url& url);

}  // namespace bowline::cli
