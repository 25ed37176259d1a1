// What OpenSSL reads from and writes to in place of a socket: it reads from bytes that are lent to
// it and writes to the end of a BytesBuilder. A connection that has nothing under way holds no
// memory here.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/bytes_builder.h"
#include "bowline/tls/openssl.h"

namespace bowline {

struct Wire {
  // What came and was not yet read. When it is empty, OpenSSL is told to try again later.
  Bytes input;
  // What is to go. A write that would pass the limit fails: only a peer that makes us answer
  // without reading the answers gets there.
  BytesBuilder output;
  std::size_t output_max;
};

// A BIO on `wire`, which must outlive it; null when out of memory.
openssl::Bio make_wire_bio(Wire& wire);

}  // namespace bowline
