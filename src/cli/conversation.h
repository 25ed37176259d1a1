// Two directions side by side: what `input` gives goes to the peer, what the peer sends goes to
// `output`, and rules say when it is over. A slow side slows the other; nothing is piled up.
#pragma once

#include "bowline/session/message_stream.h"
#include "bowline/task/gate.h"
#include "bowline/task/scope.h"
#include "cli/message_counter.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bowline::cli {

// Where what is sent comes from.
class Input {
 public:
  virtual ~Input() = default;
  // What comes next; empty at the end of input. Valid until the next call.
  virtual Task<Bytes> next() = 0;
};

// Where what comes goes to.
class Output {
 public:
  virtual ~Output() = default;
  // Done when more can be taken. False when nobody wants more: the conversation then ends, well.
  virtual Task<bool> show(Bytes piece) = 0;
  // Nothing follows for a while, or ever, what was shown and did not end a line.
  virtual Task<> settle();
  // The peer has ended.
  virtual Task<> end();
};

struct ConversationOptions {
  Duration timeout = forever;  // how long nothing may come or go
  Duration wait = forever;     // how long the answer may take after the end of input
  std::uint64_t count = 0;     // over after so many messages; 0: no limit
  bool turns = false;          // each piece waits for the answer to the one before it
  // Not `none`: the stream carries messages. Each piece is sent as one of this kind, as text
  // without its line's end.
  MessageKind messages = MessageKind::none;
  bool half_closes = true;  // the end of input ends our side only
  bool lines = false;       // each message that comes is shown as a line
};

// Fewer messages came than were wanted.
Error count_error(const std::string& url, const MessageCounter& counter, std::uint64_t wanted);

class Conversation {
 public:
  Conversation(Stream& stream, Input& input, Output& output, ConversationOptions options)
      : stream_(stream),
        input_(input),
        output_(output),
        options_(options),
        counter_(options.count) {}

  // Talks until the peer has ended, the messages were counted, or the wait is over; after the
  // peer's end only what `input` has at once is still sent. Throws Error when the peer or the
  // network fails, and when the peer did not take all that was read from `input`.
  Task<> hold();

  std::uint64_t sent() const { return sent_; }          // bytes
  std::uint64_t received() const { return received_; }  // bytes
  bool peer_ended() const { return peer_ended_; }

 private:
  Task<> send();
  Task<> send_all();
  Task<> hear_out();
  Task<> send_message(Bytes piece);
  Task<> receive_messages();
  Task<> deliver_message(Bytes message);
  Task<> receive();
  Task<> receive_all();
  Task<Chunk> next_chunk();
  Task<> deliver(Bytes piece);
  Task<> finish_sending();
  Task<> watch_silence();
  void note_activity() { last_activity_ = context_->scheduler().now(); }
  void end_with(const Error& error);

  Stream& stream_;
  Input& input_;
  Output& output_;
  ConversationOptions options_;
  MessageCounter counter_;
  Gate turn_;
  Context* context_ = nullptr;
  Scope* scope_ = nullptr;
  std::optional<Error> failure_;
  std::string line_;  // a message as it is shown
  Time last_activity_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t pieces_ = 0;
  bool writing_ = false;
  bool delivering_ = false;
  bool sending_over_ = false;
  bool peer_ended_ = false;
  bool unsettled_ = false;
  bool satisfied_ = false;  // all that was wanted came
};

}  // namespace bowline::cli
