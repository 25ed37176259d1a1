#include "bowline/tls/secure.h"

#include "bowline/net/layer.h"
#include "bowline/task/slow_lane.h"

#include <cerrno>

namespace bowline {
namespace {

// The largest piece of plain text that comes from one record.
constexpr std::size_t record_size_max = 16 * 1024;

class TlsLayer final : public Layer {
 public:
  TlsLayer(Stream below, Scheduler& scheduler, TlsEngine engine, Chunk rest, bool unread)
      : Layer(below.release(), scheduler),
        engine_(std::move(engine)),
        input_(std::move(rest)),
        unread_(unread) {
    // The end of the handshake: nobody waits for it to be taken, since the peer may read late.
    flush();
  }

  const TlsEngine& engine() const { return engine_; }
  std::string url() const override;
  std::string advice(Attempted attempted, int error_number) const override;

 private:
  void receive(Chunk chunk) override;
  void receive_end() override { engine_.receive_end(); }
  bool read(Op& op) override;
  bool has_input() const override { return engine_.input_left() > 0; }
  bool write(Op& op) override;
  void write_end() override { engine_.end(); }
  BytesBuilder& output() override { return engine_.output(); }
  bool awaits_peer() const override { return unread_ && engine_.state() == TlsState::open; }

  void give(Op& op, Chunk plain, int size);

  TlsEngine engine_;
  Chunk input_;            // what the engine was lent
  bool in_parts_ = false;  // the next record began in an earlier chunk
  // A client has read nothing: what a TLS 1.3 server sends on its own (tickets) may lie there, and
  // closing over it would reset the connection, with what was written.
  bool unread_;
};

// "tls://127.0.0.1:8000" for tcp, "tls+unix:/path" for others.
std::string TlsLayer::url() const {
  std::string url = below().url();
  return url.starts_with("tcp://") ? "tls" + url.substr(3) : "tls+" + url;
}

std::string TlsLayer::advice(Attempted attempted, int error_number) const {
  if (engine_.state() == TlsState::failed) return engine_.failure().text;
  if (engine_.state() == TlsState::truncated) {
    return "it was cut off without TLS's goodbye (close_notify): what came last may be missing";
  }
  return Layer::advice(attempted, error_number);
}

void TlsLayer::receive(Chunk chunk) {
  in_parts_ = engine_.holds_part();
  input_ = std::move(chunk);
  engine_.receive(input_);
}

// Plain text is put where its records were: it takes less room, and a record has been read whole
// before. Only one that began in an earlier chunk needs memory of its own.
bool TlsLayer::read(Op& op) {
  op.result = 0;
  if (in_parts_ && !input_.empty()) {
    Chunk apart = Chunk::make(record_size_max);
    int size = engine_.read(apart.writable());
    in_parts_ = size == 0;
    if (size > 0) {
      give(op, std::move(apart), size);
      return true;
    }
  } else if (!input_.empty()) {
    int size = engine_.read(input_.writable());
    Chunk plain = std::move(input_);
    if (size > 0) {
      give(op, std::move(plain), size);
      return true;
    }
  }
  input_ = Chunk();
  switch (engine_.state()) {
    case TlsState::handshaking:
    case TlsState::open:
      return false;
    case TlsState::ended:
      break;
    case TlsState::truncated:
      op.result = -ECONNRESET;
      break;
    case TlsState::failed:
      op.result = -EPROTO;
      break;
  }
  return true;
}

void TlsLayer::give(Op& op, Chunk plain, int size) {
  auto [pool, memory] = plain.release();
  op.received(*pool, memory);
  op.result = size;
  unread_ = false;
}

bool TlsLayer::write(Op& op) {
  std::size_t count = engine_.write(op.bytes(), scheduler().now());
  bool full = engine_.output().size() >= TlsEngine::output_wish;
  if (count == 0 && op.size > 0 && !full) op.result = -EPIPE;
  op.sent(count);
  return op.size == 0 || op.result < 0;
}

Task<Stream> shake_hands(Network network, Stream stream, TlsEngine engine, std::string action,
                         bool is_client) {
  Chunk input;
  while (engine.state() == TlsState::handshaking) {
    BytesBuilder output = std::move(engine.output());
    co_await stream.write_all(output.bytes());
    input = co_await stream.read_some();
    if (input.empty()) {
      engine.receive_end();
      continue;
    }
    // Signing takes long, and clients come in crowds. Who waits holds no memory of the pool.
    input = Chunk::copy(input.bytes());
    co_await slow_turn();
    engine.receive(input);
  }
  if (engine.state() == TlsState::failed) {
    // The alert tells the peer, if it still listens; the failure itself is the news here.
    Result<void> told = co_await attempt(stream.write_all(engine.output().bytes()));
    throw make_error(engine.failure().code, action, engine.failure().text);
  }
  co_return Stream(std::make_unique<TlsLayer>(std::move(stream), network.scheduler(),
                                              std::move(engine), std::move(input), is_client));
}

}  // namespace

Task<Stream> accept_tls(Network network, Stream stream, const TlsContext& context) {
  std::string action = "TLS handshake with " + stream.peer_url();
  return shake_hands(network, std::move(stream), TlsEngine(context), std::move(action), false);
}

Task<Stream> connect_tls(Network network, Stream stream, const TlsContext& context,
                         std::string host, unsigned port) {
  std::string action = "connect to tls://" + host + ":" + std::to_string(port);
  return shake_hands(network, std::move(stream), TlsEngine(context, std::move(host), port),
                     std::move(action), true);
}

std::optional<TlsFacts> tls_facts(Stream& stream) {
  auto* layer = find_transport<TlsLayer>(stream.transport());
  if (!layer) return std::nullopt;
  return layer->engine().facts();
}

}  // namespace bowline
