// Both ends of a handshake over a pipe whose bytes a relay cuts as it is told, and can cut off: what
// tests of TLS over streams stand on.
#pragma once

#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/tls_pair.h"

#include <cstddef>
#include <memory>
#include <string>

namespace bowline::testing {

class TlsLinkTest : public VirtualLoopTest {
 public:
  using Body = Task<> (*)(Scope& scope, TlsLinkTest* test);

  // Shakes hands with what `terms` says, then runs `body`; bytes go in pieces of at most `piece`.
  void link(Body body = nullptr) {
    contexts();
    run(with_scope(link_both, this, body));
  }
  // Made anew when the terms change.
  void contexts() {
    server_context = std::make_unique<TlsContext>(TlsContext::server(terms.server).value());
    client_context = std::make_unique<TlsContext>(TlsContext::client(terms.client).value());
  }

  static Task<> accept(TlsLinkTest* test, Stream below) {
    Result<Stream> made = co_await attempt(
        accept_tls(Network(test->loop_), std::move(below), *test->server_context));
    if (made) {
      test->server = std::move(*made);
    } else {
      test->server_error = made.error().what();
    }
  }
  static Task<> connect(TlsLinkTest* test, Stream below) {
    Result<Stream> made = co_await attempt(connect_tls(Network(test->loop_), std::move(below),
                                                       *test->client_context, test->terms.host, 1));
    if (made) {
      test->client = std::move(*made);
    } else {
      test->client_error = made.error().what();
    }
  }

  static Task<> carry(TlsLinkTest* test, Stream* from, Stream* to) {
    std::string memory(std::min<std::size_t>(test->piece, 4096), '\0');
    for (;;) {
      Result<std::size_t> count = co_await attempt(from->read_some(writable(memory)));
      if (!count || *count == 0) break;
      Bytes part = Bytes(memory).first(*count);
      Result<void> written = co_await attempt(to->write_all(part));
      if (!written) break;
    }
    Result<void> ended = co_await attempt(to->write_end());
  }
  static Task<> relay(Scope& scope, TlsLinkTest* test, Stream* left, Stream* right) {
    scope.start(carry(test, left, right));
    scope.start(carry(test, right, left));
    test->relay_scope = &scope;
    co_return;
  }
  static Task<> run_relay(TlsLinkTest* test, Stream left, Stream right) {
    Result<void> ended = co_await attempt(with_scope(relay, test, &left, &right));
    test->relay_scope = nullptr;
  }

  static Task<> hands(Scope& scope, TlsLinkTest* test, Stream* near, Stream* far) {
    scope.start(accept(test, std::move(*far)));
    scope.start(connect(test, std::move(*near)));
    co_return;
  }
  static Task<> link_both(Scope& scope, TlsLinkTest* test, Body body) {
    auto [near, near_relay] = make_pipe(test->loop_);
    auto [far_relay, far] = make_pipe(test->loop_);
    scope.start(run_relay(test, std::move(near_relay), std::move(far_relay)));
    co_await with_scope(hands, test, &near, &far);
    if (body && test->client_error.empty() && test->server_error.empty()) {
      co_await with_scope(body, test);
    }
    test->client = Stream();
    test->server = Stream();
  }
  // Both ways end here and now, without a goodbye of TLS.
  void cut() {
    if (relay_scope) relay_scope->cancel();
  }

  TlsTerms terms;
  std::size_t piece = ~std::size_t(0);
  std::unique_ptr<TlsContext> server_context;
  std::unique_ptr<TlsContext> client_context;
  Stream server;
  Stream client;
  std::string server_error;
  std::string client_error;
  Scope* relay_scope = nullptr;
};

}  // namespace bowline::testing
