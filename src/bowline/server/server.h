// A Server runs a handler for each connection that comes to its addresses, on a loop per core. One
// loop accepts and deals the connections out in turn; each then stays with its loop.
//
//   Task<> echo(Stream stream) {
//     while (auto chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
//   }
//   int main() { return serve("tcp://localhost:12345", echo); }
#pragma once

#include "bowline/net/worker.h"
#include "bowline/server/listen.h"
#include "bowline/server/opener.h"
#include "bowline/session/message_stream.h"
#include "bowline/task/scope.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bowline {

// What serves one connection, as a Stream or, since that turns into one, as a MessageStream. It may
// run on any of the server's threads, many at once. An exception ends its connection only.
using Handler = std::function<Task<>(Stream)>;

struct ServerEvent {
  enum class Kind { listening, accepted, closed, accept_failed, stopping, stopped };
  Kind kind;
  std::uint64_t connection = 0;  // counted from 1; stopped: how many were served
  std::string url;               // listening: the server's; accepted: the peer's
  std::string service;           // the name given to add()
  std::string failure;           // accept_failed, and closed when the handler threw
  Duration duration{};           // closed: how long it was open
};

struct ServerOptions {
  unsigned threads = 0;  // loops; 0: one for each core this process may use
  std::string backend;   // see make_backend, as for spin
  Duration spin = automatic_spin;
  ListenOptions listen;
  PeerLimits peers;  // of datagram sockets, each for itself
  OpenOptions open;
  // Files (PEM) for tls://, wss:// and any://; open.tls can say more. Without a name for the key it
  // is NAME.key beside NAME.pem, as `bowline cert` makes them.
  std::string certificate;
  std::string key;
  // How long a client may take for TLS, and for each head of HTTP. One that only looks at pages may
  // stay between them for HttpServerOptions::idle_timeout.
  Duration handshake_timeout = std::chrono::seconds(10);
  // Told of what happens, on any of the server's threads.
  std::function<void(const ServerEvent&)> observer;
};

// `options.open` with all that the other options say of it. Throws Error when the certificate can't
// be used.
OpenOptions open_options(const ServerOptions& options);

class Server {
 public:
  // Throws Error when the certificate can't be used.
  explicit Server(ServerOptions options = {});
  Server(const Server&) = delete;
  ~Server();

  // Serves `handler` at `url` (see listen()). Before run().
  void add(std::string url, Handler handler, std::string service = {});
  // Listens everywhere, then serves until stop(), SIGINT or SIGTERM. Throws Error when it can't
  // listen.
  void run();
  // Ends run(): connections are cancelled and closed. From any thread.
  void stop();
  // How many connections were accepted so far. From any thread.
  std::uint64_t served() const { return served_; }

 private:
  struct Endpoint;
  class Session;

  Task<> serve_all(Scope& scope);
  Task<> accept_from(Endpoint& endpoint, Listener listener);
  Task<> accept_from(Endpoint& endpoint, DatagramPeers peers);
  void begin_session(Worker& worker, Endpoint& endpoint, Stream stream, std::uint64_t number);
  Task<> open(Worker& worker, Endpoint& endpoint, Stream stream, std::uint64_t number);
  void begin_handler(Worker& worker, Endpoint& endpoint, Stream stream, std::uint64_t number);
  void deal(Endpoint& endpoint, Accepted accepted);
  void tell(const ServerEvent& event) const;

  ServerOptions options_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::unique_ptr<Worker>> workers_;  // the first is run()'s own thread
  std::size_t next_worker_ = 0;
  bool stopping_ = false;
  std::atomic<std::uint64_t> served_ = 0;
};

// For main(): serves `handler` at `url` until Ctrl-C; an Error goes to stderr. Gives the exit code.
int serve(std::string url, Handler handler, ServerOptions options = {});

}  // namespace bowline
