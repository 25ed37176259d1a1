#include "bowline/services/admin.h"

#include "bowline/auth/websocket.h"
#include "bowline/base/url.h"
#include "bowline/client/http.h"
#include "bowline/os/process_usage.h"
#include "bowline/os/signals.h"
#include "bowline/services/metrics.h"
#include "bowline/services/trace_lines.h"
#include "bowline/services/upstreams.h"
#include "bowline/session/http.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>

namespace bowline {
namespace {

constexpr const char* text_type = "text/plain; charset=utf-8";

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string json_of(const ConnectionStatus& connection) {
  nlohmann::ordered_json object;
  object["connection"] = connection.number;
  object["service"] = connection.service;
  object["url"] = connection.url;
  if (!connection.user.empty()) object["user"] = connection.user;
  object["state"] = connection.opening ? "opening" : "open";
  object["age_seconds"] = seconds(connection.age);
  object["idle_seconds"] = seconds(connection.idle);
  object["received_bytes"] = connection.bytes_received;
  object["sent_bytes"] = connection.bytes_sent;
  object["received_messages"] = connection.messages_received;
  object["sent_messages"] = connection.messages_sent;
  object["queued_bytes"] = connection.queued;
  object["traced"] = connection.traced;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// An array with an object on each line, in the order they came.
std::string json_of(std::vector<ConnectionStatus> connections) {
  std::sort(connections.begin(), connections.end(),
            [](const auto& one, const auto& other) { return one.number < other.number; });
  std::string text = "[";
  for (const ConnectionStatus& connection : connections) {
    text += (text.size() > 1 ? ",\n" : "\n") + json_of(connection);
  }
  return text += "\n]\n";
}

// The pages that one client is given.
class Pages {
 public:
  Pages(Network network, Server& server, const AdminOptions& options, Stream stream)
      : network_(network), server_(server), options_(options) {
    if (options.authenticator) guard_.emplace(network, *options.authenticator, stream);
    http_.emplace(network, std::move(stream), options.http);
  }

  Task<> run() {
    for (;;) {
      bool asked = co_await http_->next_request();
      if (!asked) co_return;
      co_await answer();
    }
  }

 private:
  struct Page {
    std::string_view method;
    std::string_view path;  // "#" is the number of a connection
    std::string_view about;
    bool is_for_all;  // also for those who do not say who they are
    Task<> (Pages::*answer)();
  };
  static const Page pages[7];

  Task<> answer() {
    const Page* page = find_page();
    if (guard_ && !(page && page->is_for_all)) {
      WebSocketAnswer admitted = co_await guard_->admit(http_->request());
      if (!admitted.accepted()) {
        http_->respond(admitted.status, admitted.fields, admitted.why + "\n");
        co_return;
      }
    }
    if (page) {
      Task<> answering = (this->*page->answer)();
      co_await answering;
    } else if (methods_.empty()) {
      say(404, "There is no such page; / lists those that there are.\n");
    } else {
      std::string methods = fmt::format("{}", fmt::join(methods_, ", "));
      http_->respond(405, {{"Allow", methods}, {"Content-Type", text_type}},
                     "What is answered here: " + methods + "\n");
    }
  }

  // What the request is for; else `methods_` are those that its path would have been answered to.
  const Page* find_page() {
    const HttpRequest& request = http_->request();
    to_head_ = request.method == "HEAD";
    methods_.clear();
    for (const Page& page : pages) {
      if (!matches(request.path, page.path)) continue;
      if (page.method == request.method || (to_head_ && page.method == "GET")) return &page;
      methods_.push_back(page.method);
      if (page.method == "GET") methods_.push_back("HEAD");
    }
    return nullptr;
  }
  bool matches(std::string_view path, std::string_view pattern) {
    std::size_t at = pattern.find('#');
    if (at == std::string_view::npos) return path == pattern;
    if (!path.starts_with(pattern.substr(0, at))) return false;
    auto [end, error] = std::from_chars(path.data() + at, path.data() + path.size(), number_);
    return error == std::errc() && path.substr(end - path.data()) == pattern.substr(at + 1);
  }

  void say(int status, std::string_view text, const char* type = text_type) {
    http_->respond(status, {{"Content-Type", type}, {"Cache-Control", "no-store"}}, text);
  }

  // What the server says to `question`; none when that takes too long, which is answered then.
  template <class T>
  Task<std::optional<T>> ask(Task<T> question) {
    Result<T> said = co_await attempt(within(options_.answer_timeout, std::move(question)));
    if (said) co_return std::move(*said);
    if (!said.error().timed_out()) throw said.error();
    say(503, "A loop of the server does not answer: /healthz says which.\n");
    co_return std::nullopt;
  }

  Task<> list() {
    std::string text;
    for (const Page& page : pages) {
      text += fmt::format("{:<7}{:<22}{}\n", page.method, page.path, page.about);
    }
    say(200, text);
    co_return;
  }

  Task<> metrics() {
    bool with_queues = http_->request().query == "queues";
    std::optional<ServerStatus> status = co_await ask(server_.status());
    if (!status) co_return;
    std::optional<std::vector<ConnectionStatus>> connections(std::in_place);
    if (with_queues) connections = co_await ask(server_.connections());
    if (!connections) co_return;
    std::vector<UpstreamStatus> upstreams;
    if (options_.upstreams) upstreams = options_.upstreams->status();
    say(200, metrics_text(*status, os::process_usage(), *connections, upstreams), metrics_type);
  }

  Task<> health() {
    std::vector<std::size_t> silent = co_await server_.silent_loops(options_.answer_timeout);
    if (silent.empty()) {
      say(200, "healthy\n");
    } else {
      say(503, fmt::format("no answer from loop {}\n", fmt::join(silent, ", ")));
    }
  }

  Task<> readiness() {
    std::optional<ServerStatus> status = co_await ask(server_.status());
    if (!status) co_return;
    bool listens = std::none_of(status->services.begin(), status->services.end(),
                                [](const ServiceStatus& service) { return service.url.empty(); });
    if (status->draining) {
      say(503, "draining\n");
    } else if (!listens) {
      say(503, "not listening yet\n");
    } else {
      say(200, "ready\n");
    }
  }

  Task<> list_connections() {
    auto connections = co_await ask(server_.connections());
    if (connections) say(200, json_of(std::move(*connections)), "application/json");
  }

  Task<> close_connection() {
    auto closed = co_await ask(server_.end_connection(number_, "closed by an administrator"));
    if (!closed) co_return;
    if (*closed) {
      http_->respond(204, {}, {});
    } else {
      say(404, fmt::format("There is no connection {}.\n", number_));
    }
  }

  Task<> trace_connection() {
    if (to_head_) {  // nothing is shown, so nothing is begun
      co_await begin_trace();
      co_return co_await http_->end_response();
    }
    TraceLines lines(network_, options_.trace_size_max);
    std::optional<bool> traced = co_await ask(server_.trace(number_, lines.tracer()));
    if (!traced) {
      co_await end_trace();  // a loop that is late may yet begin it
    } else if (*traced) {
      co_await with_scope(show, this, &lines);
    } else {
      say(404, fmt::format("There is no connection {} that can be traced.\n", number_));
    }
  }
  // Until the connection or the client has gone.
  static Task<> show(Scope& scope, Pages* self, TraceLines* lines) {
    Result<void> begun = co_await attempt(self->begin_trace());
    if (begun) scope.start(self->watch_client(scope));
    for (bool more = begun.ok(); more;) {
      Result<std::string> text = co_await attempt(lines->next());
      more = text && !text->empty();
      if (!more) break;
      Result<void> sent = co_await attempt(self->http_->send(*text));
      more = sent.ok();
    }
    if (!lines->ended()) co_await self->end_trace();
    Result<void> ended = co_await attempt(self->http_->end_response());
    scope.cancel();
  }
  Task<> begin_trace() {
    HttpFieldList fields = {{"Content-Type", "application/x-ndjson"},
                            {"Cache-Control", "no-store"}};
    co_await http_->begin_response(200, fields);
  }
  Task<> end_trace() {
    Task<bool> ending = server_.trace(number_, {});
    Result<bool> ended = co_await attempt(within(options_.answer_timeout, std::move(ending)));
  }
  Task<> watch_client(Scope& scope) {
    Result<void> left = co_await attempt(http_->client_left());
    scope.cancel();
  }

  Network network_;
  Server& server_;
  const AdminOptions& options_;
  std::optional<HttpGuard> guard_;
  std::optional<HttpSession> http_;
  // Of the request at hand.
  std::uint64_t number_ = 0;
  bool to_head_ = false;
  std::vector<std::string_view> methods_;
};

constexpr Pages::Page Pages::pages[] = {
    {"GET", "/", "this list", false, &Pages::list},
    {"GET", "/healthz", "200 while all loops answer, else 503", true, &Pages::health},
    {"GET", "/readyz", "200 from listening to draining, else 503", true, &Pages::readiness},
    {"GET", "/metrics", "for Prometheus; /metrics?queues looks into each connection's queue", false,
     &Pages::metrics},
    {"GET", "/connections", "those that are open", false, &Pages::list_connections},
    {"DELETE", "/connections/#", "closes one", false, &Pages::close_connection},
    {"GET", "/connections/#/trace", "shows what one reads and writes, while it is read", false,
     &Pages::trace_connection},
};

ServerOptions own_options(const AdminOptions& options) {
  ServerOptions own;
  own.limits.connections_max = 1000;
  own.limits.idle_timeout = forever;  // a trace may be silent for long; pages have their own
  own.open.tls = options.tls;
  return own;
}

// "http://127.0.0.1:9100" for the place where tcp:// listens.
std::string page_url(std::string_view url) {
  for (auto [transport, pages] : {std::pair("tcp:", "http:"), std::pair("tls:", "https:")}) {
    if (url.starts_with(transport)) return pages + std::string(url.substr(4));
  }
  return std::string(url);
}

// What the thread of an Admin says first: where it listens, or why it can't.
class FirstWord {
 public:
  void say(Result<std::string> word) {
    if (!std::exchange(said_, true)) promise_.set_value(std::move(word));
  }
  Result<std::string> heard() { return promise_.get_future().get(); }

 private:
  bool said_ = false;
  std::promise<Result<std::string>> promise_;
};

// The word is shared with the server's observer.
Task<> serve(Server& own, std::shared_ptr<FirstWord> word) {
  Result<void> served = co_await attempt(own.serve());
  if (!served) word->say(served.error());
}

}  // namespace

Task<> serve_admin(Server& server, const AdminOptions& options, Stream stream) {
  Network network = co_await current_network();
  Pages pages(network, server, options, std::move(stream));
  co_await pages.run();
}

Admin::Admin(Server& server, AdminOptions options) : options_(std::move(options)) {
  auto word = std::make_shared<FirstWord>();
  ServerOptions own = own_options(options_);
  own.observer = [this, word](const ServerEvent& event) {
    if (event.kind != ServerEvent::Kind::listening) return;
    listeners_ = own_->listeners();
    word->say(page_url(event.url));
  };
  own_ = std::make_unique<Server>(worker_.network(), std::move(own));
  own_->adopt(std::move(options_.adopted));
  auto handle = [&server, this](Stream stream) {
    return serve_admin(server, options_, std::move(stream));
  };
  own_->add(http_transport(Url::parse(options_.url).value()).value().text(), handle, "admin");
  os::SignalsHeld held;  // they are for the server
  worker_.start_thread();
  worker_.post([this, word](Scope& scope) { scope.start(serve(*own_, word)); });
  Result<std::string> url = word->heard();
  if (!url) {
    end();
    throw url.error();
  }
  url_ = std::move(*url);
}

Admin::~Admin() {
  end();
}

void Admin::hand_over() {
  worker_.post([this](Scope&) { own_->hand_over(); });
}

// Before what the thread uses goes.
void Admin::end() {
  worker_.stop();
  worker_.join();
}

}  // namespace bowline
