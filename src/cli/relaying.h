// The server of `bowline relay`: what it is made of, and how it follows its files while it runs.
#pragma once

#include "bowline/server/server.h"
#include "bowline/services/upstreams.h"
#include "cli/file_watch.h"
#include "cli/followed_options.h"
#include "cli/relay_options.h"
#include "cli/supervision.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {

// What is loaded before a relay is there.
struct RelayParts {
  std::vector<std::string> upstreams;
  std::shared_ptr<TlsContext> tls;                 // null: no TLS
  std::shared_ptr<const TlsContext> upstream_tls;  // null: as everybody trusts
  std::shared_ptr<Authenticator> admins;           // null: nobody is asked
  // What is wrong with the options, each with its place where that is in a file.
  std::vector<Error> mistakes;
};

RelayParts load_parts(const RelayingOptions& options);

class Relaying {
 public:
  // As of Serving.
  Relaying(RelayingOptions options, OptionValues values, const RelayParts& parts);

  // Relays until it is stopped, and follows its files as Serving does, lists of upstreams included.
  void run();

 private:
  ServerOptions server_options(const RelayParts& parts);
  UpstreamOptions upstream_options(const RelayParts& parts);
  std::vector<std::string> files() const;
  bool reload(FileWatch& watch, bool asked);
  bool reload_options();
  OptionNames follow(RelayingOptions wanted, const RelayParts& parts);
  void reload_files();
  Result<void> reload_upstreams();

  RelayingOptions options_;  // in run() these belong to the thread of the watch, as do the followed
  FollowedOptions followed_;
  std::shared_ptr<TlsContext> tls_;
  std::shared_ptr<Authenticator> admins_;
  std::atomic<LogFormat> log_;
  std::atomic<Duration> idle_timeout_;
  Supervision supervision_;  // before there are threads
  Upstreams upstreams_;
  Server server_;
};

}  // namespace bowline::cli
