// One conversation with a server from beginning to end: connects, puts together what is read and
// how it is shown, listens for signals, and says how it went.
#pragma once

#include "bowline/client/backoff.h"
#include "cli/auth_options.h"
#include "cli/conversation.h"
#include "cli/secure_options.h"

#include <string>

namespace bowline::cli {

struct TalkOptions {
  std::string url;
  ConversationOptions conversation;  // its timeout is also for connecting
  ConnectOptions connect;
  ClientTlsOptions tls;
  ClientAuthOptions auth;
  bool prompt = false;
  bool reconnect = false;
  BackoffOptions backoff;  // of that
  bool binary = false;     // WebSocket: pieces of bytes as they come, in place of lines of text
  bool show_handshake = false;
  bool hex = false;
  bool verbose = false;
  bool quiet = false;
};

// Runs on a loop of this thread, with standard input and output. Gives the exit code: 0; 1 when the
// peer or the network failed, which is then told on stderr; 2 for a URL that can't be connected to;
// 128 and the signal's number after SIGINT and SIGTERM.
int talk(const TalkOptions& options);

}  // namespace bowline::cli
