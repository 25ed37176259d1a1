// Who is at the other end of a stream, as a server found out before its handler began.
//
//   Task<> serve(Stream stream) {
//     const Identity* who = identity_of(stream);  // null: the server asks nobody
#pragma once

#include "bowline/net/stream.h"

#include <string>

namespace bowline {

struct Identity {
  std::string name;    // the user, the token's owner, a certificate's or a Unix user's name
  std::string method;  // how it is known: "token", "password", "jwt", "certificate", "unix"
  std::string claims;  // jwt: all that the token claims, a JSON object
};

// Valid as long as the stream; through TLS, WebSocket and what else is on top of it.
const Identity* identity_of(Transport& transport);
inline const Identity* identity_of(Stream& stream) {
  return identity_of(stream.transport());
}

// The same stream with a place for an identity, which note_identity() fills once it is known, there
// or below what was put on top meanwhile.
Stream with_identity(Stream stream);
void note_identity(Stream& stream, Identity identity);

}  // namespace bowline
