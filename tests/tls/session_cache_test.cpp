#include "bowline/tls/session_cache.h"

#include "tests/support/tls_pair.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace bowline {
namespace {

openssl::Session session(int version = TLS1_3_VERSION) {
  openssl::Session made(SSL_SESSION_new());
  SSL_SESSION_set_protocol_version(made.get(), version);
  return made;
}

TEST(TlsSessionCache, gives_the_newest_of_a_key_once) {
  TlsSessionCache cache;
  openssl::Session first = session();
  openssl::Session second = session();
  SSL_SESSION* older = first.get();
  SSL_SESSION* newer = second.get();
  cache.put("a", std::move(first));
  cache.put("a", std::move(second));
  EXPECT_EQ(cache.take("b"), nullptr);
  EXPECT_EQ(cache.take("a").get(), newer);
  EXPECT_EQ(cache.take("a").get(), older);
  EXPECT_EQ(cache.take("a"), nullptr);
}

TEST(TlsSessionCache, keeps_sessions_of_tls_1_2) {
  TlsSessionCache cache;
  cache.put("a", session(TLS1_2_VERSION));
  EXPECT_NE(cache.take("a"), nullptr);
  EXPECT_NE(cache.take("a"), nullptr);
}

TEST(TlsSessionCache, forgets_the_oldest_at_its_limit) {
  TlsSessionCache cache(2);
  for (const char* key : {"a", "b", "c"}) cache.put(key, session());
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.take("a"), nullptr);
  EXPECT_NE(cache.take("c"), nullptr);
}

TEST(TlsSessionCache, keeps_a_few_of_each_key) {
  TlsSessionCache cache(100);
  for (int count = 0; count < 50; ++count) cache.put("a", session());
  cache.put("b", session());
  EXPECT_EQ(cache.size(), 9u);
  TlsSessionCache none(0);
  none.put("a", session());
  EXPECT_EQ(none.size(), 0u);
}

}  // namespace
}  // namespace bowline
