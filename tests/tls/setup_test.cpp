#include "bowline/tls/setup.h"

#include "tests/support/tls_pair.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using namespace std::string_literals;

TEST(AlpnWire, has_the_length_before_each_name) {
  EXPECT_EQ(alpn_wire({}).value(), "");
  EXPECT_EQ(alpn_wire({"h2", "http/1.1"}).value(), "\x02h2\x08http/1.1");
  EXPECT_FALSE(alpn_wire({""}));
  EXPECT_TRUE(alpn_wire({std::string(255, 'x')}));
  EXPECT_FALSE(alpn_wire({std::string(256, 'x')}));
}

TEST(TlsSetup, finds_the_context_for_a_name) {
  TlsServerOptions options;
  for (const char* name : {"a.org", "*.b.org"}) {
    options.certificates.push_back(shown(certificate_for({name})));
  }
  auto setup = make_setup(options, std::make_shared<TicketKeys>()).value();
  EXPECT_EQ(setup->context_for("A.org."), setup->contexts[0].get());
  EXPECT_EQ(setup->context_for("x.b.org"), setup->contexts[1].get());
  EXPECT_EQ(setup->context_for("b.org"), nullptr);
  EXPECT_EQ(setup->context_for(""), nullptr);
}

TEST(TlsSetup, tells_terms_apart) {
  PemPair authority = test_authority();
  auto terms = [](const TlsClientOptions& options) { return make_setup(options).value()->terms; };
  std::string system = terms({});
  EXPECT_EQ(system, terms({}));
  EXPECT_NE(system, terms({.ca = PemSource::of_text(authority.certificate)}));
  EXPECT_NE(system, terms({.insecure = true}));
  EXPECT_NE(system, terms({.certificate = shown(certificate_for({"a"}))}));
  EXPECT_NE(system, terms({.alpn = {"h2"}}));
}

}  // namespace
}  // namespace bowline
