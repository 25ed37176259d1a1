// What both sides agreed on for permessage-deflate (RFC 7692 7.1). A side's window bits and
// takeover are about what that side compresses and the other inflates.
#pragma once

namespace bowline {

struct DeflateParameters {
  int server_window_bits = 15;  // 8 to 15
  int client_window_bits = 15;
  bool server_no_takeover = false;  // each message is compressed on its own
  bool client_no_takeover = false;
};

}  // namespace bowline
