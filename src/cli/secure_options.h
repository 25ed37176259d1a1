// The options about TLS and WebSocket, of `serve` and of `connect`: the same names on both sides.
// What does not fit together is told before anything begins; files are read when a context is made.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/server/opener.h"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bowline::cli {

struct ServerTlsOptions {
  std::vector<std::string> certificates;
  std::vector<std::string> keys;
  std::string client_ca;
  std::string client_certificates;  // none, optional, required; empty: required with a client_ca

  // All files that are read, to watch them.
  std::vector<std::string> files() const;
};

void add_tls_options(CLI::App& command, ServerTlsOptions& options);
void add_websocket_options(CLI::App& command, WebSocketSettings& settings);
// Null without certificates. Throws Error: Errc::bad_address for options that make no sense
// together, others for a file that is wrong.
std::shared_ptr<TlsContext> make_tls(const ServerTlsOptions& options);
// Loads all files anew, which may be others; if one is wrong all stays as it was.
Result<void> reload(TlsContext& context, const ServerTlsOptions& options);

struct ClientTlsOptions {
  std::string certificate;
  std::string key;
  std::string ca;
  bool insecure = false;

  bool any() const { return insecure || !certificate.empty() || !key.empty() || !ca.empty(); }
};

void add_tls_options(CLI::App& command, ClientTlsOptions& options);
void add_websocket_options(CLI::App& command, WebSocketConnectOptions& options);
// For `url`; null where that is not over TLS. Throws Error as above.
std::shared_ptr<const TlsContext> make_tls(const ClientTlsOptions& options, const std::string& url);

}  // namespace bowline::cli
