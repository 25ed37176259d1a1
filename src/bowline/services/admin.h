// What a running server tells of itself, and lets be done to it, over HTTP at an address of its
// own: metrics, health, the connections that are open. It answers from the Server's making on, also
// while that drains.
//
//   Server server({.observe = true});
//   Admin admin(server, {.url = "http://127.0.0.1:9100"});
//   server.run();
#pragma once

#include "bowline/auth/authenticator.h"
#include "bowline/server/server.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace bowline {

class Upstreams;

struct AdminOptions {
  // http://host:port, https://host:port, unix:/path; tcp:// and tls:// mean the same. Whoever gets
  // there and is not refused by the authenticator can close connections and read what they carry.
  std::string url = "http://127.0.0.1:9100";
  std::shared_ptr<TlsContext> tls;  // for https://
  // Lets in those that it knows, but asks nobody about health; null: everybody.
  std::shared_ptr<Authenticator> authenticator;
  Upstreams* upstreams = nullptr;  // those of a relay, for its metrics; must outlive all this
  HttpServerOptions http;
  // How long a loop of the server may take to answer. One that does not is unhealthy.
  Duration answer_timeout = std::chrono::seconds(1);
  std::size_t trace_size_max = 1024 * 1024;  // bytes of one trace that its reader has not taken
  std::vector<InheritedSocket> adopted;      // as of Server::adopt()
};

// Serves the client of `stream` as an Admin does, on any loop. Both must outlive it.
Task<> serve_admin(Server& server, const AdminOptions& options, Stream stream);

class Admin {
 public:
  // Listens and then serves, on a thread of its own. `server`, which has all its places by now,
  // must outlive it. Throws Error when it can't listen.
  Admin(Server& server, AdminOptions options);
  Admin(const Admin&) = delete;
  ~Admin();  // ends at once

  // Where it listens, with the port that was chosen: "http://127.0.0.1:9100".
  const std::string& url() const { return url_; }
  // For another process that is to go on with it: as of Server, but from any thread.
  const std::vector<InheritedSocket>& listeners() const { return listeners_; }
  void hand_over();

 private:
  void end();

  AdminOptions options_;
  Worker worker_;
  std::unique_ptr<Server> own_;  // that serves the pages
  std::string url_;
  std::vector<InheritedSocket> listeners_;
};

}  // namespace bowline
