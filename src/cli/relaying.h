// The server of `bowline relay`: what it is made of, and how it follows its files while it runs.
#pragma once

#include "bowline/net/worker.h"
#include "bowline/services/upstreams.h"
#include "cli/relay_options.h"
#include "cli/running_server.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace bowline::cli {

struct RelayParts : ServerParts {
  std::vector<std::string> upstreams;
  std::shared_ptr<const TlsContext> upstream_tls;  // null: as everybody trusts
};

RelayParts load_parts(const RelayingOptions& options);

class Relaying final : public RunningServer {
 public:
  // Listens nowhere yet, but checks its upstreams.
  Relaying(const RelayingOptions& options, OptionValues values, const RelayParts& parts);

 private:
  UpstreamOptions upstream_options(const RelayingOptions& options, const RelayParts& parts);
  Server& server() override { return server_; }
  void begin() override;
  AdminOptions admin_options() override;
  bool reload_options() override;
  std::vector<std::string> files() const override;
  void reload_files() override;
  Result<void> reload_upstreams();

  std::vector<std::string> named_;  // with --to; these two as the options of RunningServer
  std::string upstream_file_;
  std::atomic<Duration> idle_timeout_;
  Upstreams upstreams_;
  Worker checker_;  // beside the loops that carry: a check waits for none of them, nor they for it
  Server server_;
};

}  // namespace bowline::cli
