// What `serve` and `relay` have in common while they run: they follow their configuration file and
// the files that it names, tell of themselves, and get on with who started them.
#pragma once

#include "bowline/server/server.h"
#include "cli/file_watch.h"
#include "cli/followed_options.h"
#include "cli/server_command_options.h"
#include "cli/supervision.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {

// What is loaded before a server is there.
struct ServerParts {
  std::shared_ptr<TlsContext> tls;        // null: no TLS
  std::shared_ptr<Authenticator> admins;  // null: nobody is asked at the admin address
  // What is wrong with the options, each with its place where that is in a file.
  std::vector<Error> mistakes;
};

// Loads these. Mistakes join the others.
void load_parts(const ServerCommandOptions& options, ServerParts& parts);
// Whether a server with `open` can listen at `urls`, as far as they say.
void check_places(const ServerCommandOptions& options, const std::vector<std::string>& urls,
                  OpenOptions open, ServerParts& parts);

class RunningServer {
 public:
  RunningServer(const RunningServer&) = delete;
  virtual ~RunningServer() = default;

  // Serves until it is stopped, as Server::run(). Files that change are loaded anew, and all of
  // them at SIGHUP. Then the configuration file comes first: a mistake in it, or in a file that it
  // names, changes nothing; else the server follows it as far as it can while it runs, and says
  // how far that is.
  void run();

 protected:
  // `values` are those of the options, as texts. Throws Error when the system lacks what they ask
  // for. To be made before other threads begin.
  RunningServer(const ServerCommandOptions& options, OptionValues values, const ServerParts& parts);

  // The log as it is by now; from any thread.
  LogFormat log() const { return log_; }
  // A server of these options, which tells the log what happens.
  ServerOptions server_options() const;
  Supervision& supervision() { return supervision_; }
  const FollowedOptions& followed() const { return followed_; }
  // Takes up what it can of `wanted`; the files that are named are loaded next. Gives the names of
  // the options, for follow().
  OptionNames take_up(const ServerCommandOptions& wanted, const ServerParts& parts);
  void follow(const OptionValues& wanted, const OptionNames& taken_up) {
    followed_.follow(wanted, taken_up, log_);
  }
  // True if there are any, which are logged.
  bool log_all(const std::vector<Error>& mistakes) const;

  virtual Server& server() = 0;
  // The signals are taken: threads may begin.
  virtual void begin() {}
  virtual AdminOptions admin_options();
  // Reads the options again and follows them; false when there are mistakes.
  virtual bool reload_options() = 0;
  virtual std::vector<std::string> files() const;
  virtual void reload_files();

 private:
  bool reload(FileWatch& watch, bool asked);

  ServerCommandOptions options_;  // in run() these belong to the watch's thread, as do the followed
  FollowedOptions followed_;
  std::shared_ptr<TlsContext> tls_;
  std::shared_ptr<Authenticator> admins_;
  std::atomic<LogFormat> log_;
  Supervision supervision_;
};

}  // namespace bowline::cli
