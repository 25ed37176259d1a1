// One TLS connection without a network: bytes of the wire go in and come out, bytes of the user
// come out and go in, time is an argument. After each call look at state() and output(). It never
// throws and ends in a state that says why. Idle, it holds no buffer.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/bytes_builder.h"
#include "bowline/base/time.h"
#include "bowline/tls/context.h"
#include "bowline/tls/failure.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace bowline {

enum class TlsState {
  handshaking,
  open,
  ended,      // the peer said that it sends no more (close_notify); writing still works
  truncated,  // the bytes ended without that: what came last may be missing
  failed,     // see failure(); output() may hold an alert that is worth sending
};

struct TlsFacts {
  std::string version;      // "TLSv1.3"
  std::string cipher;       // "TLS_AES_128_GCM_SHA256"
  std::string alpn;         // the protocol agreed on; empty: none
  std::string server_name;  // what the client asked for (SNI); empty: nothing
  bool resumed = false;     // a short handshake, without certificates
  bool verified = false;    // the peer showed a certificate and it was checked
  std::optional<CertificateIdentity> peer;
};

class TlsEngine {
 public:
  // A server's end; `context` is a server's. Later reloads of it change nothing here.
  explicit TlsEngine(const TlsContext& context);
  // A client's end, whose first bytes are in output() at once. `host` is a name or an IP address
  // that the server's certificate has to be for; sessions are kept for it and `port`.
  TlsEngine(const TlsContext& context, std::string host, unsigned port = 0);
  TlsEngine(TlsEngine&&) noexcept;
  TlsEngine& operator=(TlsEngine&&) noexcept;
  ~TlsEngine();

  // Bytes that came from the peer. They are lent until input_left() is zero, and no others may be
  // given before that: read() until it gives zero.
  void receive(Bytes ciphertext);
  // The peer sends nothing more. Not before all of its bytes were received.
  void receive_end();
  std::size_t input_left() const;
  // A record is here in part: what read() gives next began in bytes that were received before.
  bool holds_part() const;

  // Fills `into` as far as there is something, over as many records as that takes. Zero means that
  // more has to be received, or that state() is no longer open. Never negative.
  int read(MutableBytes into);

  // Takes as much of `bytes` as there is room for in the output, and gives how much that was:
  // nothing while handshaking, after end(), and when truncated or failed. `now` decides on the size
  // of records (RecordSize).
  std::size_t write(Bytes bytes, Time now);
  // Says that nothing more will be written (close_notify). The peer may go on writing.
  void end();

  // What is to be sent to the peer, at most output_max bytes: to be moved or cleared away.
  BytesBuilder& output();

  TlsState state() const;
  // Only when failed.
  const TlsFailure& failure() const;
  // What was agreed on, once open. Made anew by each call.
  TlsFacts facts() const;

  // write() takes nothing more from here on; answers to the peer may go further, up to the maximum.
  static constexpr std::size_t output_wish = 64 << 10;
  static constexpr std::size_t output_max = 256 << 10;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bowline
