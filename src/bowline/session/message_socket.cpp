#include "bowline/session/message_socket.h"

#include "bowline/session/websocket_layer.h"
#include "bowline/task/wait.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace bowline {
namespace {

// What is read before anybody asks for it: so much, then one more message.
constexpr std::size_t read_ahead_size_max = 64 * 1024;

// How long what was sent may take to go, where no WebSocket has a limit of its own.
constexpr Duration goodbye_time = std::chrono::seconds(10);

std::size_t cost(const Message& message) {
  return sizeof(Message) + message.size();
}

// In memory that may go with any thread.
Message copy(const Message& message) {
  Chunk chunk = Chunk::copy(message.bytes());
  return Message(std::move(chunk), message.kind());
}

}  // namespace

struct MessageConnection {
  explicit MessageConnection(Stream stream)
      : peer_url(stream.peer_url()),
        peer_address(stream.peer_address()),
        local_address(stream.local_address()) {
    messages.emplace(std::move(stream));
    if (WebSocketLayer* layer = websocket()) {
      target = layer->details().target;
      subprotocol = layer->details().subprotocol;
    }
  }

  // For the loop's thread, all of these.
  WebSocketLayer* websocket() {
    return find_transport<WebSocketLayer>(messages->stream().transport());
  }
  // Takes what was received; false when nothing more is to be read for now.
  bool take(Result<Message> received);
  // Reads on unless that is under way, or over.
  void read_on(const std::shared_ptr<MessageConnection>& self);

  // Nothing more will come.
  void note_end();
  std::optional<MessageStream> messages;
  Scope* scope = nullptr;
  int uses = 0;           // of `messages`, besides the reading, which is in `scope`
  bool finished = false;  // nothing can be sent any more: it goes when nobody uses it

  std::string peer_url;
  Address peer_address;
  Address local_address;
  std::string target;
  std::string subprotocol;

  std::mutex sending;  // one at a time

  std::mutex mutex;  // of all below
  std::condition_variable changed;
  std::deque<Message> came;
  std::size_t came_size = 0;
  std::optional<Error> failure;
  unsigned close_code = 0;
  std::string close_reason;
  bool reading = false;
  bool closing = false;  // what comes is dropped; changes only while `sending` is held too
  bool ended = false;
};

namespace {

using Pointer = std::shared_ptr<MessageConnection>;

Task<> read_ahead(Pointer at) {
  for (bool more = true; more;) {
    Result<Message> message = co_await attempt(at->messages->receive());
    more = at->take(std::move(message));
  }
}

Task<> live(Scope& scope, Pointer at) {
  if (at->finished) co_return;  // before it began
  at->scope = &scope;
  at->read_on(at);
  Result<void> ended = co_await attempt(sleep(forever));
}

// The stream goes where it lived; what it still has to say takes its time without us.
Task<> hold(Pointer at) {
  co_await with_scope(live, at);
  at->note_end();
  at->scope = nullptr;
  at->messages.reset();
}

// Keeps `messages` from going meanwhile.
class Use {
 public:
  explicit Use(MessageConnection& at) : at_(at) { ++at_.uses; }
  Use(const Use&) = delete;
  ~Use() {
    if (--at_.uses == 0 && at_.finished) end_messages(at_);
  }

 private:
  MessageConnection& at_;
};

Task<> send_message(MessageConnection* at, Bytes bytes, MessageKind kind, Duration wait) {
  if (!at->messages) {
    throw make_error(std::make_error_code(std::errc::broken_pipe), "write to " + at->peer_url,
                     "the peer has closed");
  }
  Use use(*at);
  co_await within(wait, SendMessage(at->messages->stream(), bytes, kind));
}

Task<> say_goodbye(Pointer at, unsigned code, std::string reason) {
  if (!at->messages) co_return;
  if (WebSocketLayer* websocket = at->websocket()) {
    websocket->begin_close(code, reason);
    at->read_on(at);  // up to the end, which comes in time
    co_return;
  }
  Use use(*at);
  Result<void> ended = co_await attempt(within(goodbye_time, at->messages->send_end()));
  end_messages(*at);
}

}  // namespace

bool MessageConnection::take(Result<Message> received) {
  bool over = !received || !*received;
  Message message = over ? Message() : copy(*received);
  std::lock_guard lock(mutex);
  if (over) {
    if (!received && !received.error().cancelled()) failure = received.error();
    if (WebSocketLayer* layer = websocket()) {
      close_code = layer->details().close_code;
      close_reason = layer->details().close_reason;
      // The other end need not wait until somebody notices.
      finished = true;
      if (uses == 0) scope->cancel();
    }
  } else if (!closing) {
    came_size += cost(message);
    came.push_back(std::move(message));
  }
  ended = over;
  reading = !over && (closing || came_size < read_ahead_size_max);
  changed.notify_all();
  return reading;
}

void MessageConnection::note_end() {
  std::lock_guard lock(mutex);
  ended = true;
  changed.notify_all();
}

void MessageConnection::read_on(const Pointer& self) {
  std::lock_guard lock(mutex);
  if (reading || ended || !scope) return;
  reading = true;
  scope->start(read_ahead(self));
}

MessageSocket::MessageSocket(std::shared_ptr<Worker> worker, Pointer connection)
    : worker_(std::move(worker)), connection_(std::move(connection)) {}

MessageSocket& MessageSocket::operator=(MessageSocket&& other) noexcept {
  std::swap(worker_, other.worker_);
  std::swap(connection_, other.connection_);
  return *this;
}

MessageSocket::~MessageSocket() {
  if (connection_) close();
}

Message MessageSocket::recv(Duration wait) {
  MessageConnection& at = *connection_;
  std::unique_lock lock(at.mutex);
  auto has_news = [&at] { return !at.came.empty() || at.ended; };
  if (wait == forever) {
    at.changed.wait(lock, has_news);
  } else if (!at.changed.wait_for(lock, wait, has_news)) {
    throw make_error(std::make_error_code(std::errc::timed_out), "read from " + at.peer_url);
  }
  if (at.came.empty() && at.failure) throw *at.failure;
  if (at.came.empty()) return {};
  Message message = std::move(at.came.front());
  at.came.pop_front();
  at.came_size -= cost(message);
  if (!at.reading && !at.ended && at.came_size <= read_ahead_size_max / 2) {
    worker_->post([connection = connection_](Scope&) { connection->read_on(connection); });
  }
  return message;
}

void MessageSocket::send(Bytes bytes, MessageKind kind, Duration wait) {
  std::lock_guard lock(connection_->sending);
  if (connection_->closing) {
    throw make_error(std::make_error_code(std::errc::not_connected),
                     "write to " + connection_->peer_url, "it was closed here");
  }
  worker_->call([&](Scope&) { return send_message(connection_.get(), bytes, kind, wait); });
}

void MessageSocket::close(unsigned code, std::string reason) noexcept {
  MessageConnection& at = *connection_;
  std::lock_guard sending(at.sending);
  {
    std::lock_guard lock(at.mutex);
    if (std::exchange(at.closing, true)) return;
    at.came.clear();
    at.came_size = 0;
  }
  worker_->call([&](Scope&) { return say_goodbye(connection_, code, std::move(reason)); });
  {
    std::unique_lock lock(at.mutex);
    at.changed.wait(lock, [&at] { return at.ended; });
  }
  worker_->post([connection = connection_](Scope&) { end_messages(*connection); });
}

Address MessageSocket::local_address() const {
  return connection_->local_address;
}

Address MessageSocket::peer_address() const {
  return connection_->peer_address;
}

std::string MessageSocket::peer_url() const {
  return connection_->peer_url;
}

const std::string& MessageSocket::target() const {
  return connection_->target;
}

const std::string& MessageSocket::subprotocol() const {
  return connection_->subprotocol;
}

unsigned MessageSocket::close_code() const {
  std::lock_guard lock(connection_->mutex);
  return connection_->close_code;
}

std::string MessageSocket::close_reason() const {
  std::lock_guard lock(connection_->mutex);
  return connection_->close_reason;
}

// There is little to do on it, and who waits for that is another thread: it does not spin.
std::shared_ptr<Worker> start_message_worker() {
  auto finish = [](Worker* worker) {
    worker->finish();
    delete worker;
  };
  std::shared_ptr<Worker> worker(new Worker({}, Duration()), finish);
  worker->start_thread();
  return worker;
}

std::shared_ptr<MessageConnection> begin_messages(Worker& worker, Stream stream) {
  auto connection = std::make_shared<MessageConnection>(std::move(stream));
  worker.scope().start(hold(connection));
  return connection;
}

void end_messages(MessageConnection& connection) {
  connection.finished = true;
  if (connection.scope) connection.scope->cancel();
}

}  // namespace bowline
