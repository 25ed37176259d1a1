#include "bowline/tls/engine.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::HasSubstr;

// A client that can do what ours never would.
class RawClient {
 public:
  RawClient() {
    SSL_set_bio(ssl_.get(), from_server_, to_server_);
    SSL_set_connect_state(ssl_.get());
    SSL_do_handshake(ssl_.get());
  }

  std::string take_output() {
    char* data = nullptr;
    long size = BIO_get_mem_data(to_server_, &data);
    std::string bytes(data, std::size_t(size));
    BIO_reset(to_server_);
    return bytes;
  }
  void receive(const std::string& bytes) {
    BIO_write(from_server_, bytes.data(), int(bytes.size()));
    SSL_do_handshake(ssl_.get());
  }
  // Has the server take new keys, and asks it to do the same (RFC 8446 4.6.3).
  void update_keys() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
  }

 private:
  openssl::Context context_{SSL_CTX_new(TLS_client_method())};
  openssl::Ssl ssl_{SSL_new(context_.get())};
  BIO* from_server_ = BIO_new(BIO_s_mem());
  BIO* to_server_ = BIO_new(BIO_s_mem());
};

TEST(TlsFlood, of_questions_ends_at_a_limit) {
  TlsEngine server(TlsContext::server(TlsTerms().server).value());
  RawClient client;
  feed(server, client.take_output());
  client.receive(take_output(server));
  feed(server, client.take_output());
  ASSERT_EQ(server.state(), TlsState::open);
  for (int count = 0; count < 30'000 && server.state() == TlsState::open; ++count) {
    client.update_keys();
    feed(server, client.take_output());
  }
  EXPECT_LE(server.output().size(), TlsEngine::output_max);
  ASSERT_EQ(server.state(), TlsState::failed);
  EXPECT_THAT(server.failure().text, HasSubstr("asks for answers and does not read them"));
}

}  // namespace
}  // namespace bowline
