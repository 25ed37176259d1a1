#include "bowline/tls/wire_bio.h"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>

namespace bowline {
namespace {

Wire& wire_of(BIO* bio) {
  return *static_cast<Wire*>(BIO_get_data(bio));
}

// These are called by C, which no exception may pass: out of memory ends the program.
int read_wire(BIO* bio, char* into, std::size_t size, std::size_t* count) noexcept {
  Bytes& input = wire_of(bio).input;
  BIO_clear_retry_flags(bio);
  *count = std::min(size, input.size());
  if (*count == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, input.data(), *count);
  input = input.after(*count);
  return 1;
}

int write_wire(BIO* bio, const char* from, std::size_t size, std::size_t* count) noexcept {
  BIO_clear_retry_flags(bio);
  Wire& wire = wire_of(bio);
  if (wire.output.size() + size > wire.output_max) return 0;
  wire.output.append(Bytes(from, size));
  *count = size;
  return 1;
}

// OpenSSL flushes after each flight and takes anything but 1 for a failure.
long control_wire(BIO*, int command, long, void*) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bowline wire");
  if (!method) return nullptr;
  BIO_meth_set_read_ex(method, read_wire);
  BIO_meth_set_write_ex(method, write_wire);
  BIO_meth_set_ctrl(method, control_wire);
  return method;
}

}  // namespace

openssl::Bio make_wire_bio(Wire& wire) {
  static BIO_METHOD* const method = make_method();
  openssl::Bio bio(method ? BIO_new(method) : nullptr);
  if (!bio) return nullptr;
  BIO_set_data(bio.get(), &wire);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace bowline
