// Who somebody is, as the first thing that is said on a stream: a line there and a line back, or a
// datagram each, and then what the stream is for.
//
//   client: Authorization: Bearer TOKEN         server: ok NAME
//                                               or      denied: REASON, and the end
//                                               or      later: REASON, and the end
#pragma once

#include "bowline/auth/authenticator.h"

namespace bowline {

enum class FirstMessage { line, datagram };

// The server's end. A peer that a check knows by its connection is asked for nothing; others have
// the authenticator's timeout to say who they are, in credential_size_max bytes. Gives the same
// stream, whose identity_of() is known then. Throws Error that says for the log why not, when the
// peer was told: "later" where it was not looked at and may come again.
Task<Stream> authenticate(Network network, Stream stream, Authenticator& authenticator,
                          FirstMessage form);

// The client's end. Throws Error that says what the server answered: permission_denied for good,
// resource_unavailable_try_again for later, Errc::ended_early for nothing. There is no deadline of
// its own. Over datagrams nothing is sent again.
Task<Stream> present(Network network, Stream stream, const Credential& credential,
                     FirstMessage form);

// Reads what a client says first, without its line end; none when that is no credential.
std::optional<Credential> parse_first_message(std::string_view text);

}  // namespace bowline
