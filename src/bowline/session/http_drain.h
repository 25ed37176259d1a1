// How a server's HTTP hears that the server drains: by a transport between it and the stream. Where
// nothing is asked for, the connection ends at once; else with the answer, which says so
// (`Connection: close`, RFC 9112 9.6). A request that is under way is no silence.
#pragma once

#include "bowline/net/stream.h"
#include "bowline/proto/http_server.h"

namespace bowline {

// `protocol`, which is driven over the stream, must outlive it, or without_http_drain().
Stream with_http_drain(Stream stream, HttpServerProtocol& protocol);
// The stream as it was, for what comes after HTTP; nothing may be read ahead.
Stream without_http_drain(Stream stream);

}  // namespace bowline
