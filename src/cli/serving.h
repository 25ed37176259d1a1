// The server of `bowline serve`: what it is made of, and how it follows its files while it runs.
#pragma once

#include "cli/running_server.h"
#include "cli/serve_options.h"

#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {

struct ServeParts : ServerParts {
  std::shared_ptr<Authenticator> authenticator;  // null: nobody is asked
};

ServeParts load_parts(const ServeOptions& options);

class Serving final : public RunningServer {
 public:
  // Listens nowhere yet.
  Serving(const ServeOptions& options, OptionValues values, const ServeParts& parts);

 private:
  Server& server() override { return server_; }
  bool reload_options() override;
  std::vector<std::string> files() const override;
  void reload_files() override;

  ServerAuthOptions auth_;  // as the options of RunningServer
  std::shared_ptr<Authenticator> authenticator_;
  Server server_;
};

}  // namespace bowline::cli
