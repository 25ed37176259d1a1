#include "bowline/tls/engine.h"

#include "bowline/base/address.h"
#include "bowline/base/check.h"
#include "bowline/tls/record_size.h"
#include "bowline/tls/setup.h"
#include "bowline/tls/wire_bio.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace bowline {
namespace {

constexpr std::size_t record_overhead = 64;  // no cipher of ours adds more to a record

}  // namespace

struct TlsEngine::State {
  explicit State(std::shared_ptr<const TlsSetup> with) : setup(std::move(with)) {}

  ~State();

  bool begin();
  void begin_server();
  void begin_client(unsigned port);
  bool check_name();
  void take_session(unsigned port);
  void handshake();
  void settle();
  void finish(int result);
  void fail(TlsFailure why);
  FailureView view() const;

  // Shared with the context: it lives as long as connections that began with it.
  std::shared_ptr<const TlsSetup> setup;
  Wire wire{{}, {}, output_max};
  openssl::Ssl ssl;
  std::string host;
  std::string session_key;
  RecordSize records;
  TlsState state = TlsState::handshaking;
  bool begun = false;        // the peer's first bytes came, and are TLS
  bool input_ended = false;  // no more will come
  bool output_ended = false;
  std::unique_ptr<VerifyProblem> problem;
  std::unique_ptr<TlsFailure> failure;
};

TlsEngine::TlsEngine(const TlsContext& context) : state_(std::make_unique<State>(context.setup())) {
  BOWLINE_CHECK(state_->setup->is_server);
  state_->begin_server();
}

TlsEngine::TlsEngine(const TlsContext& context, std::string host, unsigned port)
    : state_(std::make_unique<State>(context.setup())) {
  BOWLINE_CHECK(!state_->setup->is_server);
  state_->host = std::move(host);
  state_->begin_client(port);
}

TlsEngine::TlsEngine(TlsEngine&&) noexcept = default;
TlsEngine& TlsEngine::operator=(TlsEngine&&) noexcept = default;
TlsEngine::~TlsEngine() = default;

void TlsEngine::receive(Bytes ciphertext) {
  State& state = *state_;
  BOWLINE_CHECK(state.wire.input.empty() && !state.input_ended);
  if (ciphertext.empty() || state.state == TlsState::failed || state.state == TlsState::truncated) {
    return;
  }
  if (!state.begun && !begins_as_tls(ciphertext)) {
    state.fail(explain_plain_text(ciphertext, state.setup->is_server));
    return;
  }
  state.begun = true;
  state.wire.input = ciphertext;
  if (state.state == TlsState::handshaking) state.handshake();
  if (state.state == TlsState::ended) state.wire.input = {};
}

void TlsEngine::receive_end() {
  BOWLINE_CHECK(state_->wire.input.empty());
  state_->input_ended = true;
  state_->settle();
}

std::size_t TlsEngine::input_left() const {
  return state_->wire.input.size();
}

bool TlsEngine::holds_part() const {
  return SSL_has_pending(state_->ssl.get()) != 0;
}

int TlsEngine::read(MutableBytes into) {
  State& state = *state_;
  std::size_t total = 0;
  std::size_t wish = std::min<std::size_t>(into.size(), std::numeric_limits<int>::max());
  while (total < wish && state.state == TlsState::open) {
    std::size_t count = 0;
    ERR_clear_error();
    int result = SSL_read_ex(state.ssl.get(), into.data() + total, wish - total, &count);
    if (result > 0) {
      total += count;
      continue;
    }
    state.finish(result);
    break;
  }
  if (total == 0 && wish > 0) state.settle();
  return int(total);
}

std::size_t TlsEngine::write(Bytes bytes, Time now) {
  State& state = *state_;
  bool open = state.state == TlsState::open || state.state == TlsState::ended;
  if (!open || state.output_ended || bytes.empty()) return 0;
  if (state.wire.output.size() >= output_wish) return 0;
  // Room for all of it at once, in place of growing record by record.
  state.wire.output.reserve(std::min(bytes.size(), output_wish) * 33 / 32 + record_overhead);
  std::size_t total = 0;
  while (total < bytes.size() && state.wire.output.size() < output_wish) {
    Bytes part = bytes.after(total).first(state.records.next(now));
    std::size_t count = 0;
    ERR_clear_error();
    int result = SSL_write_ex(state.ssl.get(), part.data(), part.size(), &count);
    if (result <= 0) {
      state.finish(result);
      break;
    }
    state.records.sent(count, now);
    total += count;
  }
  return total;
}

void TlsEngine::end() {
  State& state = *state_;
  if (state.output_ended) return;
  state.output_ended = true;
  if (state.state != TlsState::open && state.state != TlsState::ended) return;
  ERR_clear_error();
  SSL_shutdown(state.ssl.get());
  ERR_clear_error();
}

BytesBuilder& TlsEngine::output() {
  return state_->wire.output;
}

TlsState TlsEngine::state() const {
  return state_->state;
}

const TlsFailure& TlsEngine::failure() const {
  BOWLINE_CHECK(state_->failure);
  return *state_->failure;
}

TlsFacts TlsEngine::facts() const {
  SSL* ssl = state_->ssl.get();
  TlsFacts facts;
  if (!ssl || !SSL_is_init_finished(ssl)) return facts;
  facts.version = SSL_get_version(ssl);
  facts.cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl));
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  if (size) facts.alpn.assign(reinterpret_cast<const char*>(protocol), size);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name) facts.server_name = name;
  facts.resumed = SSL_session_reused(ssl) == 1;
  if (const X509* peer = SSL_get0_peer_certificate(ssl)) {
    facts.peer = identity_of(*peer);
    facts.verified = !state_->setup->insecure && SSL_get_verify_result(ssl) == X509_V_OK;
  }
  return facts;
}

// OpenSSL would forget the session of a connection that was cut, so that a client could cut others'
// (as it was with SSL 3.0); what was agreed on is still good (RFC 5246 7.2.1). Only after a failure
// it is forgotten, which OpenSSL has done by then.
TlsEngine::State::~State() {
  if (ssl) SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

bool TlsEngine::State::begin() {
  ssl.reset(SSL_new(setup->contexts.front().get()));
  BIO* bio = make_wire_bio(wire).release();
  if (!ssl || !bio) {
    BIO_free(bio);
    fail({std::make_error_code(std::errc::not_enough_memory), "there is no memory left"});
    return false;
  }
  SSL_set_bio(ssl.get(), bio, bio);
  keep_problem(*ssl, problem);
  return true;
}

void TlsEngine::State::begin_server() {
  if (begin()) SSL_set_accept_state(ssl.get());
}

void TlsEngine::State::begin_client(unsigned port) {
  if (!begin()) return;
  SSL_set_connect_state(ssl.get());
  if (!check_name()) return;
  if (!setup->alpn.empty()) {
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(setup->alpn.data()),
                        unsigned(setup->alpn.size()));
  }
  if (setup->sessions) take_session(port);
  handshake();
}

// Has the server's certificate checked for `host`, and the server told which host is meant; that is
// never an IP address (RFC 6066 3).
bool TlsEngine::State::check_name() {
  if (host.ends_with('.')) host.pop_back();
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl.get());
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  bool is_ip = Address::parse_ip(host, 0).has_value();
  bool set = true;
  if (is_ip) {
    set = X509_VERIFY_PARAM_set1_ip_asc(parameters, host.substr(0, host.find('%')).c_str());
  } else if (!host.empty()) {
    set = X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) &&
          SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  }
  if (set && (!host.empty() || setup->insecure)) return true;
  ERR_clear_error();
  fail({Errc::peer_not_trusted,
        fmt::format("there is no name to check the server's certificate for ('{}'): give its host "
                    "name, or trust anybody with --insecure",
                    printable(host))});
  return false;
}

void TlsEngine::State::take_session(unsigned port) {
  session_key = fmt::format("{}:{} ", host, port) + setup->terms;
  SSL_set_app_data(ssl.get(), &session_key);
  openssl::Session session = setup->sessions->take(session_key);
  if (session) SSL_set_session(ssl.get(), session.get());
}

void TlsEngine::State::handshake() {
  ERR_clear_error();
  int result = SSL_do_handshake(ssl.get());
  if (result <= 0) return finish(result);
  state = TlsState::open;
  problem.reset();
}

// After a call that gave `result`, which is not a success: what that means for the connection.
void TlsEngine::State::finish(int result) {
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return;
    case SSL_ERROR_ZERO_RETURN:
      state = TlsState::ended;
      wire.input = {};
      return;
    default:
      break;
  }
  if (wire.output_max - wire.output.size() < RecordSize::large) {
    ERR_clear_error();
    return fail({Errc::tls_failed,
                 fmt::format("the peer asks for answers and does not read them: {} bytes wait",
                             wire.output.size())});
  }
  fail(explain_failure(view()));
}

// When nothing more will come: what that means, once all that came was read.
void TlsEngine::State::settle() {
  if (!input_ended || !wire.input.empty()) return;
  if (state == TlsState::open && SSL_pending(ssl.get()) == 0) state = TlsState::truncated;
  if (state != TlsState::handshaking) return;
  fail({Errc::ended_early,
        setup->is_server
            ? "the client left during the TLS handshake: does it trust this server's certificate?"
        : begun ? "the server left during the TLS handshake"
                : "the server left without a word of TLS: does it speak TLS there?"});
}

void TlsEngine::State::fail(TlsFailure why) {
  state = TlsState::failed;
  wire.input = {};
  failure = std::make_unique<TlsFailure>(std::move(why));
}

FailureView TlsEngine::State::view() const {
  FailureView view;
  view.is_server = setup->is_server;
  view.handshaking = state == TlsState::handshaking;
  view.host = host;
  if (problem) view.problem = &*problem;
  view.peer_version = SSL_client_version(ssl.get());
  return view;
}

}  // namespace bowline
