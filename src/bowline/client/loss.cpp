#include "bowline/client/loss.h"

#include "bowline/session/websocket.h"
#include "bowline/session/websocket_layer.h"

#include <fmt/format.h>

#include <algorithm>

namespace bowline {
namespace {

// Codes of the registry of RFC 6455 that mean something to none but a client.
constexpr unsigned websocket_unsupported = 1003;
constexpr unsigned websocket_extension_missing = 1010;
constexpr unsigned websocket_service_restart = 1012;

// For a server that asks to come back later and can't say when.
constexpr Duration come_back_time = std::chrono::seconds(5);

bool is_final(const Error& error) {
  return error.is(Errc::bad_address) || error.is(Errc::peer_not_trusted) ||
         error.is(Errc::bad_certificate) || error.is(std::errc::permission_denied) ||
         error.is(std::errc::invalid_argument) || error.is(std::errc::message_size);
}

bool is_final_status(int status) {
  constexpr int request_timeout = 408;
  constexpr int too_early = 425;
  constexpr int too_many_requests = 429;
  bool passes = status == request_timeout || status == too_early || status == too_many_requests;
  return status >= 200 && status < 500 && !passes;
}

bool is_final_code(unsigned code) {
  return code == websocket_protocol_error || code == websocket_unsupported ||
         (code >= websocket_bad_data && code <= websocket_extension_missing);
}

const WebSocketDetails* close_of(Stream& stream) {
  auto* layer = find_transport<WebSocketLayer>(stream.transport());
  return layer ? &layer->details() : nullptr;
}

void add_close_code(Loss& loss, unsigned code) {
  loss.is_final = loss.is_final || is_final_code(code);
  bool later = code == websocket_service_restart || code == websocket_try_again_later;
  if (later) loss.retry_after = come_back_time;
}

}  // namespace

Loss loss_of(const Error& error) {
  Loss loss{error, is_final(error), {}};
  if (const auto* refusal = dynamic_cast<const HttpRefusal*>(&error)) {
    loss.is_final = is_final_status(refusal->status());
    loss.retry_after = refusal->retry_after();
  }
  return loss;
}

Loss loss_of(const Error& error, Stream& stream) {
  Loss loss = loss_of(error);
  if (const WebSocketDetails* close = close_of(stream)) add_close_code(loss, close->close_code);
  return loss;
}

Loss end_of(Stream& stream, bool& well) {
  std::string text = "talk to " + stream.peer_url() + ": the server closed";
  const WebSocketDetails* close = close_of(stream);
  unsigned code = close ? close->close_code : 0;
  if (code == 0) {
    text += " the connection";
  } else {
    text += fmt::format(" with {}: {}", code,
                        close->close_reason.empty() ? "no reason" : close->close_reason);
  }
  Loss loss{Error(std::make_error_code(std::errc::connection_aborted), std::move(text)), false, {}};
  add_close_code(loss, code);
  well = code == 0 || code == websocket_normal || code == websocket_going_away ||
         code == websocket_no_code;
  return loss;
}

}  // namespace bowline
