#include "bowline/tls/context.h"

#include "bowline/tls/setup.h"

#include <mutex>
#include <utility>
#include <variant>

namespace bowline {

struct TlsContext::State {
  std::variant<TlsServerOptions, TlsClientOptions> options;
  std::shared_ptr<TicketKeys> tickets;
  mutable std::mutex mutex;
  std::shared_ptr<const TlsSetup> setup;

  // What `wanted` says, if all of it is right.
  Result<void> use(std::variant<TlsServerOptions, TlsClientOptions> wanted) {
    const auto* server = std::get_if<TlsServerOptions>(&wanted);
    Result<std::shared_ptr<const TlsSetup>> loaded =
        server ? make_setup(*server, tickets) : make_setup(std::get<TlsClientOptions>(wanted));
    if (!loaded) return loaded.error();
    std::lock_guard lock(mutex);
    options = std::move(wanted);
    setup.swap(*loaded);
    return {};
  }
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::server(TlsServerOptions options) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->tickets = std::make_shared<TicketKeys>();
  TlsContext context(std::move(state));
  Result<void> loaded = context.reload();
  if (!loaded) return loaded.error();
  return context;
}

Result<TlsContext> TlsContext::client(TlsClientOptions options) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  TlsContext context(std::move(state));
  Result<void> loaded = context.reload();
  if (!loaded) return loaded.error();
  return context;
}

Result<void> TlsContext::reload() {
  std::unique_lock lock(state_->mutex);
  auto options = state_->options;
  lock.unlock();
  return state_->use(std::move(options));
}

Result<void> TlsContext::reload(TlsServerOptions options) {
  return state_->use(std::move(options));
}

std::shared_ptr<const TlsSetup> TlsContext::setup() const {
  std::lock_guard lock(state_->mutex);
  return state_->setup;
}

}  // namespace bowline
