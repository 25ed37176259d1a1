// Tells by what arrives first what speaks on a stream: TLS, HTTP or raw bytes. Nothing is taken
// from it: who reads next reads from the beginning.
#pragma once

#include "bowline/net/network.h"
#include "bowline/proto/sniff.h"

namespace bowline {

// Waits until it is sure, or for the times in `options`. A stream that ends at once is raw. Throws
// Error when the network fails.
Task<Speech> detect(Network network, Stream& stream, SniffOptions options = {});

}  // namespace bowline
