// The server of `bowline serve`: what it is made of, and how it follows its files while it runs.
#pragma once

#include "bowline/server/server.h"
#include "cli/file_watch.h"
#include "cli/followed_options.h"
#include "cli/serve_options.h"
#include "cli/supervision.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {

// What is loaded before a server is there.
struct ServeParts {
  std::shared_ptr<TlsContext> tls;               // null: no TLS
  std::shared_ptr<Authenticator> authenticator;  // null: nobody is asked
  std::shared_ptr<Authenticator> admins;         // the same at the admin address
  // What is wrong with the options, each with its place where that is in a file.
  std::vector<Error> mistakes;
};

ServeParts load_parts(const ServeOptions& options);

class Serving {
 public:
  // `values` are those of the options, as texts. Listens nowhere yet. Throws Error when the system
  // lacks what the options ask for.
  Serving(ServeOptions options, OptionValues values, const ServeParts& parts);

  // Serves until it is stopped, as Server::run(). Files that change are loaded anew, and all of
  // them at SIGHUP. Then the configuration file comes first: a mistake in it, or in a file that it
  // names, changes nothing; else the server follows it as far as it can while it runs, and says
  // how far that is.
  void run();

 private:
  ServerOptions observed(ServerOptions server);
  std::vector<std::string> files() const;
  bool reload(FileWatch& watch, bool asked);
  bool reload_options();
  OptionNames follow(ServeOptions wanted, const ServeParts& parts);
  void reload_files();

  ServeOptions options_;  // in run() these belong to the thread of the watch, as do the followed
  FollowedOptions followed_;
  std::shared_ptr<TlsContext> tls_;
  std::shared_ptr<Authenticator> authenticator_;
  std::shared_ptr<Authenticator> admins_;
  std::atomic<LogFormat> log_;
  Supervision supervision_;  // before there are threads
  Server server_;
};

}  // namespace bowline::cli
