#include "bowline/proto/deflate_parameters.h"

#include "bowline/base/text.h"
#include "bowline/proto/http_text.h"

#include <algorithm>

namespace bowline {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr int window_bits_max = 15;

// The parameters of an element, each at most once and well formed (RFC 7692 7.1).
struct Parameters {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  std::optional<int> server_bits;
  std::optional<int> client_bits;
  bool client_bits_without_value = false;
};

// "8" to "15", without a zero in front.
std::optional<int> read_bits(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  for (int bits = 8; bits <= window_bits_max; ++bits) {
    if (*value == std::to_string(bits)) return bits;
  }
  return std::nullopt;
}

bool set_once(bool& flag, const std::optional<std::string>& value) {
  return !value && !std::exchange(flag, true);
}

bool set_once(std::optional<int>& bits, const std::optional<std::string>& value) {
  if (bits) return false;
  bits = read_bits(value);
  return bits.has_value();
}

bool read_parameter(std::string_view name, const std::optional<std::string>& value,
                    Parameters& parameters) {
  if (equals_ignoring_case(name, "server_no_context_takeover")) {
    return set_once(parameters.server_no_takeover, value);
  }
  if (equals_ignoring_case(name, "client_no_context_takeover")) {
    return set_once(parameters.client_no_takeover, value);
  }
  if (equals_ignoring_case(name, "server_max_window_bits")) {
    return set_once(parameters.server_bits, value);
  }
  if (!equals_ignoring_case(name, "client_max_window_bits")) return false;
  if (parameters.client_bits_without_value) return false;
  if (value) return set_once(parameters.client_bits, value);
  parameters.client_bits_without_value = true;
  return !parameters.client_bits;
}

std::optional<Parameters> read_parameters(const WebSocketExtension& extension) {
  if (!equals_ignoring_case(extension.name, extension_name)) return std::nullopt;
  Parameters parameters;
  for (const auto& [name, value] : extension.parameters) {
    if (!read_parameter(name, value, parameters)) return std::nullopt;
  }
  return parameters;
}

void append_parameter(std::string& out, std::string_view name) {
  out.append("; ").append(name);
}

void append_bits(std::string& out, std::string_view name, int bits) {
  append_parameter(out, name);
  out.append("=").append(std::to_string(bits));
}

bool parse_extension(std::string_view text, WebSocketExtension& extension) {
  std::string_view part;
  bool more = split_first(text, ';', part);
  if (!is_http_token(part)) return false;
  extension.name = part;
  while (more) {
    more = split_first(text, ';', part);
    std::string_view name;
    std::optional<std::string> value;
    bool has_value = split_first(part, '=', name);
    if (!is_http_token(name)) return false;
    if (has_value) {
      value = unquoted(trimmed(part));
      if (!value || !is_http_token(*value)) return false;
    }
    extension.parameters.emplace_back(name, value);
  }
  return true;
}

}  // namespace

std::optional<std::vector<WebSocketExtension>> parse_extensions(std::string_view field) {
  std::vector<WebSocketExtension> extensions;
  std::string_view element;
  while (next_element(field, element)) {
    if (!parse_extension(element, extensions.emplace_back())) return std::nullopt;
  }
  return extensions;
}

std::optional<DeflateParameters> accept_deflate_offer(const WebSocketExtension& offer,
                                                      const DeflateParameters& wanted,
                                                      std::string& answer) {
  std::optional<Parameters> asked = read_parameters(offer);
  if (!asked) return std::nullopt;
  DeflateParameters agreed;
  agreed.server_no_takeover = asked->server_no_takeover || wanted.server_no_takeover;
  agreed.client_no_takeover = asked->client_no_takeover || wanted.client_no_takeover;
  agreed.server_window_bits =
      std::min(asked->server_bits.value_or(window_bits_max), wanted.server_window_bits);
  // A client's window can be bounded only if it said that it understands that (7.1.2.2).
  if (asked->client_bits || asked->client_bits_without_value) {
    agreed.client_window_bits =
        std::min(asked->client_bits.value_or(window_bits_max), wanted.client_window_bits);
  }
  answer = extension_name;
  if (agreed.server_no_takeover) append_parameter(answer, "server_no_context_takeover");
  if (agreed.client_no_takeover) append_parameter(answer, "client_no_context_takeover");
  if (asked->server_bits || agreed.server_window_bits < window_bits_max) {
    append_bits(answer, "server_max_window_bits", agreed.server_window_bits);
  }
  if (agreed.client_window_bits < window_bits_max) {
    append_bits(answer, "client_max_window_bits", agreed.client_window_bits);
  }
  return agreed;
}

std::string deflate_offer(const DeflateParameters& wanted) {
  std::string out(extension_name);
  if (wanted.server_no_takeover) append_parameter(out, "server_no_context_takeover");
  if (wanted.client_no_takeover) append_parameter(out, "client_no_context_takeover");
  if (wanted.server_window_bits < window_bits_max) {
    append_bits(out, "server_max_window_bits", wanted.server_window_bits);
  }
  if (wanted.client_window_bits < window_bits_max) {
    append_bits(out, "client_max_window_bits", wanted.client_window_bits);
  } else {
    append_parameter(out, "client_max_window_bits");
  }
  return out;
}

std::optional<DeflateParameters> accept_deflate_answer(const WebSocketExtension& answer,
                                                       const DeflateParameters& wanted) {
  std::optional<Parameters> said = read_parameters(answer);
  if (!said || said->client_bits_without_value) return std::nullopt;
  DeflateParameters agreed;
  agreed.server_no_takeover = said->server_no_takeover;
  // A client may leave its own context behind without asking.
  agreed.client_no_takeover = said->client_no_takeover || wanted.client_no_takeover;
  agreed.server_window_bits = said->server_bits.value_or(window_bits_max);
  agreed.client_window_bits = said->client_bits.value_or(wanted.client_window_bits);
  if (agreed.server_window_bits > wanted.server_window_bits ||
      agreed.client_window_bits > wanted.client_window_bits ||
      (wanted.server_no_takeover && !agreed.server_no_takeover)) {
    return std::nullopt;
  }
  return agreed;
}

}  // namespace bowline
