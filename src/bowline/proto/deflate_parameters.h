// What two ends of a WebSocket agree on for compressing messages: permessage-deflate (RFC 7692),
// and the negotiation of it in the opening handshake (section 7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bowline {

// An end that can't compress with a window as small as agreed sends its messages uncompressed.
struct DeflateParameters {
  int server_window_bits = 15;  // 8 to 15: the window of what the server sends is 2^bits bytes
  int client_window_bits = 15;
  bool server_no_takeover = false;  // the server compresses each message without those before it
  bool client_no_takeover = false;

  bool operator==(const DeflateParameters&) const = default;
};

// An element of Sec-WebSocket-Extensions. Quoted values are given without their quotes.
struct WebSocketExtension {
  std::string name;
  std::vector<std::pair<std::string, std::optional<std::string>>> parameters;
};
// All elements of the field; none when it breaks the grammar (RFC 6455 9.1).
std::optional<std::vector<WebSocketExtension>> parse_extensions(std::string_view field);

// Server: what `offer` becomes, at most what `wanted` says; none when it can't be met, and the next
// offer is tried. `answer` is what the server's field says.
std::optional<DeflateParameters> accept_deflate_offer(const WebSocketExtension& offer,
                                                      const DeflateParameters& wanted,
                                                      std::string& answer);

// Client: the offer of `wanted`, as its field says it.
std::string deflate_offer(const DeflateParameters& wanted);
// Client: what a server's `answer` to that offer agrees on; none when it was not asked for so.
std::optional<DeflateParameters> accept_deflate_answer(const WebSocketExtension& answer,
                                                       const DeflateParameters& wanted);

}  // namespace bowline
