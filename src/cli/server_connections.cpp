#include "cli/server_connections.h"

#include "bowline/base/base64.h"
#include "bowline/client/http.h"
#include "bowline/loop/loop.h"
#include "bowline/net/run.h"
#include "bowline/task/wait.h"
#include "cli/failure.h"
#include "cli/option_values.h"
#include "cli/standard_io.h"
#include "cli/table.h"
#include "cli/visible_text.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <limits>
#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using Json = nlohmann::json;

// How long a server may take to answer, but for a trace.
constexpr Duration answer_time = std::chrono::seconds(10);

constexpr Column columns[] = {
    {"NUMBER", Column::Kind::number},
    {"SERVICE"},
    {"STATE"},
    {"PEER", Column::Kind::cuttable},
    {"USER", Column::Kind::cuttable},
    {"AGE", Column::Kind::number},
    {"IDLE", Column::Kind::number},
    {"RECEIVED", Column::Kind::number},
    {"SENT", Column::Kind::number},
    {"QUEUED", Column::Kind::number},
};

std::string seconds_text(const Json& object, const char* name) {
  return fmt::format("{:.1f}s", object.at(name).get<double>());
}

std::string count_text(const Json& object, const char* name) {
  return std::to_string(object.at(name).get<std::uint64_t>());
}

// What a server says is not ours: it may not play with the terminal.
std::string shown(const Json& object, const char* name) {
  VisibleText visible;
  std::string text = visible.take(Bytes(object.value(name, std::string("-"))));
  return text + visible.settle();
}

Cells cells_of(const Json& object) {
  std::string state = shown(object, "state");
  if (object.value("traced", false)) state += ", traced";
  return {count_text(object, "connection"),
          shown(object, "service"),
          state,
          shown(object, "url"),
          shown(object, "user"),
          seconds_text(object, "age_seconds"),
          seconds_text(object, "idle_seconds"),
          count_text(object, "received_bytes"),
          count_text(object, "sent_bytes"),
          count_text(object, "queued_bytes")};
}

Error refusal(const std::string& action, int status, std::string_view body) {
  std::string_view line = body.substr(0, body.find('\n'));
  bool denied = status == 401 || status == 403;
  return make_error(
      denied ? EACCES : EPROTO, action,
      fmt::format("the server answered {}{}{}", status, line.empty() ? "" : ": ", line));
}

class Asking {
 public:
  Asking(Network network, const ServerQuestion& question, bool json)
      : network_(network), question_(question), json_(json), output_(network) {
    Url transport = http_transport(Url::parse(question.url).value()).value();
    options_.tls = make_tls(question.tls, transport.text());
    options_.credential = read_credential(question.auth);
  }

  Task<> run() {
    if (question_.trace != 0) return trace();
    if (!question_.close.empty()) return close();
    return list();
  }

 private:
  Task<> list() {
    std::string body = co_await within(answer_time, fetch("GET", "/connections"));
    if (!json_) body = connections_table(body, terminal_width()).value();
    co_await output_.show(body);
  }

  Task<> close() {
    for (std::uint64_t number : question_.close) {
      std::string target = fmt::format("/connections/{}", number);
      std::string body = co_await within(answer_time, fetch("DELETE", target));
      std::string line = json_ ? Json{{"closed", number}}.dump() + "\n"
                               : fmt::format("connection {} is closed\n", number);
      co_await output_.show(line);
    }
  }

  Task<> trace() {
    HttpCall call(network_, question_.url, options_);
    std::string target = fmt::format("/connections/{}/trace", question_.trace);
    co_await within(answer_time, begin(call, "GET", target));
    TraceText text;
    std::string lines;
    for (;;) {
      Bytes piece = co_await call.read_some();
      if (piece.empty()) co_return;
      lines += piece.text();
      if (lines.size() > HttpCall::body_size_max) {
        throw make_error(make_error_code(Errc::too_long), "read the trace", "a line has no end");
      }
      std::string out;
      std::size_t begin = 0;
      for (std::size_t end; (end = lines.find('\n', begin)) != lines.npos; begin = end + 1) {
        std::string_view line = std::string_view(lines).substr(begin, end - begin);
        out += json_ ? std::string(line) + "\n" : text.take(line);
      }
      lines.erase(0, begin);
      bool wanted = co_await output_.show(out);
      if (!wanted) co_return;
    }
  }

  // Throws the Error of a server that refuses.
  Task<> begin(HttpCall& call, std::string method, std::string target) {
    std::string action = fmt::format("{} {} of {}", method, target, question_.url);
    int status = co_await call.ask(std::move(method), std::move(target));
    if (status < 300) co_return;
    std::string body = co_await call.read_all();
    throw refusal(action, status, body);
  }
  Task<std::string> fetch(std::string method, std::string target) {
    HttpCall call(network_, question_.url, options_);
    co_await begin(call, std::move(method), std::move(target));
    co_return co_await call.read_all();
  }

  Network network_;
  const ServerQuestion& question_;
  bool json_;
  StandardOutput output_;
  ConnectOptions options_;
};

}  // namespace

Result<std::string> connections_table(std::string_view json, std::size_t width) {
  std::vector<Cells> rows;
  try {
    for (const Json& object : Json::parse(json)) rows.push_back(cells_of(object));
  } catch (const Json::exception&) {
    return make_error(EBADMSG, "read the list of connections",
                      "what came is none: is this the admin address of a bowline server?");
  }
  return table_text(columns, rows, width);
}

std::string TraceText::take(std::string_view line) {
  Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return {};
  std::string event = shown(object, "event");
  std::string text = fmt::format("{:12.6f}  {}", object.value("seconds", 0.0), event);
  if (event == "dropped")
    text = fmt::format("{:12}  {} lines came too fast", "", object.value("count", 0));
  bool has_bytes = object.contains("data");
  if (has_bytes) text += fmt::format(" {} bytes", object.value("size", std::size_t(0)));
  if (object.contains("message")) text += ", " + shown(object, "message");
  text += "\n";
  if (!has_bytes) return text;
  std::string data = base64_decoded(object.value("data", "")).value_or("");
  return text += (event == "sent" ? sent_ : received_).rows(data);
}

void add_server_options(CLI::App& command, ServerQuestion& question) {
  std::vector<CLI::Option*> others = command.get_options();
  CLI::Option* server =
      command
          .add_option("--server", question.url,
                      "List the connections of a running server in place of this host's sockets, "
                      "by what it was given as --admin: http://HOST:PORT, https://HOST:PORT, "
                      "HOST:PORT or unix:/PATH")
          ->check(url_value());
  for (CLI::Option* other : others) {
    if (other != command.get_help_ptr()) server->excludes(other);
  }
  auto number = CLI::Range(std::uint64_t(1), std::numeric_limits<std::uint64_t>::max());
  number.description("");
  CLI::Option* trace =
      command
          .add_option("--trace", question.trace,
                      "Show what this connection reads and writes, until it has gone or Ctrl-C")
          ->check(number)
          ->type_name("NUMBER")
          ->needs(server);
  command
      .add_option("--close", question.close,
                  "Close this connection: its handler reads the end, and is stopped if it does not "
                  "leave; several: A,B,C")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(number)
      ->type_name("NUMBER")
      ->needs(server)
      ->excludes(trace);
  add_tls_options(command, question.tls);
  add_auth_options(command, question.auth);
}

int ask_server(const ServerQuestion& question, bool json) {
  try {
    std::unique_ptr<Loop> loop = make_loop();
    Asking asking(Network(*loop), question, json);
    loop->run(asking.run());
    return 0;
  } catch (const Error& error) {
    return fail(error);
  }
}

}  // namespace bowline::cli
