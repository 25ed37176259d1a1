// What a TlsContext has loaded, ready for connections. It never changes once it is made: a reload
// makes another. Inside this layer only.
#pragma once

#include "bowline/tls/context.h"
#include "bowline/tls/key_log.h"
#include "bowline/tls/openssl.h"
#include "bowline/tls/ticket_keys.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bowline {

struct TlsSetup {
  bool is_server = false;
  bool insecure = false;
  // One per certificate of a server; a connection begins with the first.
  std::vector<openssl::Context> contexts;
  // Host names in lower case, and "*.example.org", of each of `contexts`.
  std::unordered_map<std::string, ssl_ctx_st*> names;
  std::string alpn;   // as it is sent: each with its length before it (RFC 7301 3.1)
  std::string terms;  // tells apart setups whose sessions may not be taken for each other's
  std::shared_ptr<TicketKeys> tickets;  // outlives a reload, so that sessions do
  std::shared_ptr<TlsSessionCache> sessions;
  std::unique_ptr<KeyLog> key_log;

  // The context for a host name that a client asks for; null when there is none of its own.
  ssl_ctx_st* context_for(std::string_view host) const;
};

Result<std::shared_ptr<const TlsSetup>> make_setup(const TlsServerOptions& options,
                                                   std::shared_ptr<TicketKeys> tickets);
Result<std::shared_ptr<const TlsSetup>> make_setup(const TlsClientOptions& options);

// Both kinds: an SSL_CTX with versions, ciphers, groups and memory set, and `setup` as its owner.
// Null when out of memory.
openssl::Context make_context(TlsSetup& setup, TlsVersion version_min, TlsVersion version_max);
// Has `context` show this certificate; `any_date` as in TlsServerOptions. Gives the first one.
Result<x509_st*> use_certificate(ssl_ctx_st& context, const TlsCertificate& certificate,
                                 bool any_date);
// "http/1.1" as it is sent. Names are 1 to 255 bytes long; others are an Error.
Result<std::string> alpn_wire(const std::vector<std::string>& names);
// The SHA-256 of `text`: 32 bytes.
std::string digest_of(std::string_view text);

}  // namespace bowline
