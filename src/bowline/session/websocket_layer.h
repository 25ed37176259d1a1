// WebSocket on top of a byte stream: each read gives a whole message, each write sends one. What
// came in one piece is handed on where it lies, and answers to what came together go out together.
#pragma once

#include "bowline/net/layer.h"
#include "bowline/net/shared_chunk.h"
#include "bowline/proto/websocket.h"
#include "bowline/task/timer.h"

#include <memory>
#include <string>

namespace bowline {

// What the handshake said, kept where it said more than "/".
struct WebSocketDetails {
  std::string url;     // what the client asked for
  std::string target;  // path and query
  std::string subprotocol;
  std::uint16_t close_code = 0;  // the peer's, once it has closed; or why we did
  std::string close_reason;
  WebSocketOptions options;  // a client's own
};

class WebSocketLayer final : public Layer, private Timer {
 public:
  // `rest`: what came behind the handshake. The options of `protocol` must last.
  WebSocketLayer(Stream below, Scheduler& scheduler, WebSocketProtocol protocol,
                 std::unique_ptr<WebSocketDetails> details, Chunk rest);
  ~WebSocketLayer() override;

  bool has_message() override;
  Chunk take_message(MessageKind& kind) override;
  bool put_message(Bytes bytes, MessageKind kind) override;
  // Closes with 1001 as soon as the messages that are here were read; what comes later is dropped.
  void end_input(std::string_view why) override;
  std::string url() const override;
  std::string advice(Attempted attempted, int error_number) const override;

  // Begins to close with `code` and `reason` (RFC 6455 7.4); what is read then is what the peer
  // still sends, up to its end.
  void begin_close(unsigned code, std::string_view reason);
  void ping();
  const WebSocketDetails& details();

 private:
  void receive(Chunk chunk) override;
  void receive_end() override;
  bool read(Op& op) override;
  bool has_input() const override { return protocol_.has_input(); }
  bool is_busy() const override { return protocol_.has_input(); }
  bool write(Op& op) override;
  void write_end() override;
  bool ends_below() const override { return protocol_.is_over(); }
  // To close while something unread comes would destroy what was sent last (RFC 1122 4.2.2.13).
  bool awaits_peer() const override { return !below_ended_; }
  void begin_to_linger() override { protocol_.keep_options(note().options); }
  BytesBuilder& output() override { return protocol_.output(); }
  void fire() override;

  Chunk chunk_of(Bytes message);
  bool find_message();
  Bytes take_found(MessageKind& kind);
  bool drop(Op& op);
  void go_away();
  void note_close(const WebSocketEvent& event);
  void let_input_go();
  void set_timer();
  void see_to_memory();
  WebSocketDetails& note();

  // What follows fits into the room that is left at its end.
  [[no_unique_address]] WebSocketProtocol protocol_;
  MessageKind last_kind_ : 2 = MessageKind::binary;
  bool below_ended_ : 1 = false;
  bool going_away_ : 1 = false;
  bool end_told_ : 1 = false;      // while lingering
  bool memory_timed_ : 1 = false;  // the timer is set for memory that idle connections give back
  std::int16_t end_result_ = 0;    // how the connection ended, for who reads next
  SharedChunk* input_ = nullptr;
  std::unique_ptr<WebSocketDetails> details_;
};

}  // namespace bowline
