#include "cli/secure_options.h"

#include "bowline/base/url.h"
#include "cli/option_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace bowline::cli {
namespace {

constexpr std::size_t message_size_limit = Chunk::size_max;

std::string key_log_file() {
  const char* file = ::secure_getenv("SSLKEYLOGFILE");
  return file ? file : "";
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(make_error_code(Errc::bad_address), what);
}

ClientCertificates client_certificates_of(const ServerTlsOptions& options) {
  if (options.client_certificates == "none") return ClientCertificates::none;
  if (options.client_certificates == "optional") return ClientCertificates::optional;
  bool required = options.client_certificates == "required" || !options.client_ca.empty();
  return required ? ClientCertificates::required : ClientCertificates::none;
}

bool asks_clients(const ServerTlsOptions& options) {
  return client_certificates_of(options) != ClientCertificates::none;
}

// What of it makes no sense together.
void check(const ServerTlsOptions& options) {
  if (options.certificates.size() != options.keys.size()) {
    refuse(fmt::format("each --cert needs its --key: {} of the one were given and {} of the other",
                       options.certificates.size(), options.keys.size()));
  }
  if (asks_clients(options) && options.client_ca.empty()) {
    refuse("--client-cert needs --client-ca FILE: who vouches for the clients?");
  }
  if (options.certificates.empty() && !options.client_ca.empty()) {
    refuse("--client-ca needs TLS: --cert FILE --key FILE");
  }
}

TlsServerOptions server_options_of(const ServerTlsOptions& options) {
  TlsServerOptions server;
  server.client_certificates = client_certificates_of(options);
  for (std::size_t index = 0; index < options.certificates.size(); ++index) {
    server.certificates.push_back(
        {PemSource::in_file(options.certificates[index]), PemSource::in_file(options.keys[index])});
  }
  if (asks_clients(options)) server.client_ca = PemSource::in_file(options.client_ca);
  server.key_log_file = key_log_file();
  return server;
}

// What a header of our own handshake may not be given as: the handshake says it.
constexpr const char* own_fields[] = {"host",
                                      "connection",
                                      "upgrade",
                                      "sec-websocket-key",
                                      "sec-websocket-version",
                                      "sec-websocket-protocol",
                                      "sec-websocket-extensions",
                                      "origin",
                                      "content-length",
                                      "transfer-encoding"};

bool is_field_name(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [marks](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  }
  return text;
}

std::string header_problem(const std::string& text) {
  std::size_t colon = text.find(':');
  std::string name = text.substr(0, colon);
  if (colon == std::string::npos || !is_field_name(name)) {
    return fmt::format("'{}' is no header; write 'Name: value'", text);
  }
  bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f;
  });
  if (controls) return fmt::format("the value of {} has control characters", name);
  for (const char* own : own_fields) {
    if (lower_case(name) == own) {
      return fmt::format("{} is what the handshake itself says; it can't be given", name);
    }
  }
  return {};
}

CLI::Validator checked_by(std::string (*problem)(const std::string&), const char* name) {
  CLI::Validator validator;
  validator.operation([problem](std::string& text) { return problem(text); });
  return validator.name(name);
}

std::string subprotocol_problem(const std::string& text) {
  if (is_field_name(text)) return {};
  return fmt::format("'{}' is no name of a subprotocol: letters, digits and -._ are", text);
}

std::string origin_problem(const std::string& text) {
  bool whole = text.find("://") != std::string::npos && !text.ends_with('/');
  if (whole || text == "*" || text == "null") return {};
  return fmt::format("'{}' is no origin; write https://HOST or https://HOST:PORT", text);
}

void add_message_options(CLI::App& command, WebSocketOptions& messages) {
  auto set_ping = [&messages](Duration interval) {
    messages.ping_interval = interval == Duration() ? forever : interval;
  };
  add_duration_action(command, "--ping", set_ping,
                      "Ping a peer that was silent for so long; as long again without an answer "
                      "ends the connection. 0: never (WebSocket; default: 20s)");
  command
      .add_option("--message-size", messages.message_size_max,
                  "Bytes that a message may have, unpacked (WebSocket; default: 16777216)")
      ->check(CLI::Range(std::size_t(1), message_size_limit).description(""))
      ->type_name("BYTES");
}

void add_subprotocols(CLI::App& command, std::vector<std::string>& subprotocols) {
  command
      .add_option("--subprotocol", subprotocols,
                  "What is spoken inside of WebSocket, the best first; may be given several times")
      ->allow_extra_args(false)
      ->check(checked_by(subprotocol_problem, "NAME"))
      ->type_name("NAME");
}

}  // namespace

std::vector<std::string> ServerTlsOptions::files() const {
  std::vector<std::string> all = certificates;
  all.insert(all.end(), keys.begin(), keys.end());
  if (!client_ca.empty()) all.push_back(client_ca);
  return all;
}

void add_tls_options(CLI::App& command, ServerTlsOptions& options) {
  command
      .add_option("--cert", options.certificates,
                  "The certificate (PEM) to show over TLS, with those between it and its authority "
                  "after it. May be given several times: clients get the one for the host they "
                  "name. Files that change, and SIGHUP, have all loaded anew")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("--key", options.keys, "The private key of each --cert, in the same order")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      .add_option("--client-ca", options.client_ca,
                  "The authority that vouches for clients: they have to show a certificate")
      ->type_name("FILE");
  command
      .add_option("--client-cert", options.client_certificates,
                  "Whether clients show a certificate (default: required with --client-ca)")
      ->check(CLI::IsMember({"none", "optional", "required"}));
}

void add_websocket_options(CLI::App& command, WebSocketSettings& settings) {
  add_subprotocols(command, settings.handshake.subprotocols);
  command
      .add_option("--origin", settings.handshake.origins,
                  "Origin whose pages may open a WebSocket, besides those of this host; * for "
                  "all; may be given several times")
      ->allow_extra_args(false)
      ->check(checked_by(origin_problem, "ORIGIN"))
      ->type_name("ORIGIN");
  auto compress = [&settings](std::int64_t count) {
    settings.handshake.deflate.reset();
    if (count > 0) settings.handshake.deflate.emplace();
  };
  command.add_flag_function("--compress,!--no-compress", compress,
                            "Compress WebSocket messages for clients that can, or never (default: "
                            "--compress)");
  add_message_options(command, settings.messages);
}

std::shared_ptr<TlsContext> make_tls(const ServerTlsOptions& options) {
  check(options);
  if (options.certificates.empty()) return nullptr;
  return std::make_shared<TlsContext>(TlsContext::server(server_options_of(options)).value());
}

Result<void> reload(TlsContext& context, const ServerTlsOptions& options) {
  return context.reload(server_options_of(options));
}

void add_tls_options(CLI::App& command, ClientTlsOptions& options) {
  command
      .add_option("--cert", options.certificate,
                  "The certificate (PEM) to show to a server that asks for one")
      ->type_name("FILE");
  command.add_option("--key", options.key, "Its private key")->type_name("FILE");
  CLI::Option* ca =
      command
          .add_option("--ca", options.ca,
                      "Who may vouch for the server, in place of the system's authorities")
          ->type_name("FILE");
  command
      .add_flag("--insecure", options.insecure,
                "Trust whoever answers: for tests only, since anybody in between can read along")
      ->excludes(ca);
}

void add_websocket_options(CLI::App& command, WebSocketConnectOptions& options) {
  add_subprotocols(command, options.request.subprotocols);
  command
      .add_option("--origin", options.request.origin, "The Origin to name to a WebSocket server")
      ->check(checked_by(origin_problem, "ORIGIN"))
      ->type_name("ORIGIN");
  auto add_header = [&options](const std::vector<std::string>& headers) {
    for (const std::string& header : headers) {
      std::size_t colon = header.find(':');
      std::size_t value = std::min(header.find_first_not_of(" \t", colon + 1), header.size());
      options.request.fields.push_back({header.substr(0, colon), header.substr(value)});
    }
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--header", add_header,
          "A header of the WebSocket handshake's request, 'Name: value'; may be given several "
          "times")
      ->allow_extra_args(false)
      ->check(checked_by(header_problem, "HEADER"))
      ->type_name("HEADER");
  auto compress = [&options](std::int64_t count) {
    if (count > 0) options.request.deflate.emplace();
  };
  command.add_flag_function("--compress", compress, "Offer to compress WebSocket messages");
  add_message_options(command, options.messages);
}

std::shared_ptr<const TlsContext> make_tls(const ClientTlsOptions& options,
                                           const std::string& url) {
  std::string scheme = Url::parse(url).value().scheme;
  if (scheme != "tls" && scheme != "wss") {
    if (!options.any()) return nullptr;
    refuse("--cert, --key, --ca and --insecure are for tls:// and wss://, not for " + url);
  }
  if (options.certificate.empty() != options.key.empty()) {
    refuse(options.key.empty() ? "--cert needs its --key FILE" : "--key needs its --cert FILE");
  }
  TlsClientOptions client;
  if (!options.ca.empty()) client.ca = PemSource::in_file(options.ca);
  client.insecure = options.insecure;
  if (!options.certificate.empty()) {
    client.certificate = {PemSource::in_file(options.certificate), PemSource::in_file(options.key)};
  }
  client.key_log_file = key_log_file();
  return std::make_shared<const TlsContext>(TlsContext::client(std::move(client)).value());
}

}  // namespace bowline::cli
