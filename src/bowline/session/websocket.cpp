#include "bowline/session/websocket.h"

#include "bowline/base/check.h"
#include "bowline/base/url.h"
#include "bowline/session/http.h"
#include "bowline/session/websocket_layer.h"

#include <cerrno>

namespace bowline {
namespace {

using ResponseKind = HttpResponseEvent::Kind;

// What is left of a chunk when all but `rest`, its end, was used.
Chunk rest_of(Chunk chunk, Bytes rest) {
  chunk.consume(chunk.size() - rest.size());
  return chunk;
}

// The HTTP that comes before a WebSocket.
class Opening {
 public:
  Opening(Network network, Stream stream, const WebSocketSettings& settings, WebSocketGuard* guard)
      : network_(network),
        settings_(settings),
        guard_(guard),
        http_(network, std::move(stream), settings.http) {}

  Task<Stream> run() {
    for (bool more = co_await http_.next_request(); more; more = co_await http_.next_request()) {
      answer_ = WebSocketAnswer();
      if (guard_) answer_ = co_await guard_->admit(http_.request());
      bool opens = answer_.accepted() && asks_for_websocket(http_.request());
      if (opens) answer_ = answer_websocket(http_.request(), settings_.handshake);
      if (!answer_.accepted()) {
        http_.respond(answer_.status, answer_.fields, answer_.why + "\n");
      } else if (opens) {
        target_ = http_.request().target;
        Stream stream = co_await http_.upgrade(answer_.fields);
        co_return websocket(std::move(stream));
      } else {
        HttpPage page = settings_.pages(http_.request());
        http_.respond(page.status, {{"Content-Type", page.type}}, page.body);
      }
    }
    co_return Stream();
  }

 private:
  Stream websocket(Stream stream) {
    std::unique_ptr<WebSocketDetails> details;
    if (target_ != "/" || !answer_.subprotocol.empty()) {
      details = std::make_unique<WebSocketDetails>();
      details->target = target_;
      details->subprotocol = answer_.subprotocol;
    }
    const DeflateParameters* deflate = answer_.deflate ? &*answer_.deflate : nullptr;
    Chunk rest = stream.take_read_ahead();
    return Stream(std::make_unique<WebSocketLayer>(
        std::move(stream), network_.scheduler(),
        WebSocketProtocol::server(settings_.messages, network_.now(), deflate), std::move(details),
        std::move(rest)));
  }

  Network network_;
  const WebSocketSettings& settings_;
  WebSocketGuard* guard_;
  HttpSession http_;
  WebSocketAnswer answer_;
  std::string target_;
};

// The answer to the client's request.
class Answer {
 public:
  // True when its head is there, or why it never will be is known.
  bool receive(Chunk chunk) {
    chunk_ = std::move(chunk);
    if (chunk_.empty()) {
      reader_.receive_end();
    } else {
      reader_.receive(chunk_);
    }
    event_ = reader_.next_event();
    return event_.kind != ResponseKind::none;
  }
  WebSocketOpened check(const WebSocketRequest& request, const WebSocketKey& key) const {
    if (event_.kind == ResponseKind::failed) return {.why = reader_.failure().why};
    return check_websocket_answer(reader_.response(), request, key);
  }
  Chunk rest() { return rest_of(std::move(chunk_), reader_.rest()); }

 private:
  HttpLimits limits_;
  HttpResponseReader reader_{limits_};
  HttpResponseEvent event_;
  Chunk chunk_;
};

[[noreturn]] void refuse(const std::string& url, const WebSocketOpened& opened) {
  Error error =
      make_error(std::make_error_code(std::errc::protocol_error), "connect to " + url, opened.why);
  if (opened.status == 101) throw error;
  throw HttpRefusal(std::move(error), opened.status, opened.retry_after);
}

WebSocketRequest complete(WebSocketRequest request, const Url& url) {
  if (url.is_unix()) {
    request.host = "localhost";
  } else {
    request.host = host_field(url.host, *url.port, url.scheme == "wss" ? 443 : 80);
    request.target = url.path.empty() ? "/" : url.path;
  }
  if (!url.query.empty()) request.target += "?" + url.query;
  return request;
}

}  // namespace

Task<Stream> accept_websocket(Network network, Stream stream, const WebSocketSettings& settings,
                              WebSocketGuard* guard) {
  Opening opening(network, std::move(stream), settings, guard);
  co_return co_await opening.run();
}

Task<Stream> open_websocket(Network network, Stream stream, std::string url,
                            const WebSocketConnectOptions& options) {
  WebSocketRequest request = complete(options.request, Url::parse(url).value());
  WebSocketKey key;
  network.fill_random(key);
  std::string text = websocket_request(request, key);
  co_await stream.write_all(text);
  Answer answer;
  std::string head;
  for (bool complete = false; !complete;) {
    Chunk chunk = co_await stream.read_some();
    if (options.observer) head += chunk.text();
    complete = answer.receive(std::move(chunk));
  }
  if (options.observer) options.observer(text, head.substr(0, head.find("\r\n\r\n")));
  WebSocketOpened opened = answer.check(request, key);
  if (!opened.ok()) refuse(url, opened);
  auto details = std::make_unique<WebSocketDetails>();
  details->url = std::move(url);
  details->target = request.target;
  details->subprotocol = opened.subprotocol;
  details->options = options.messages;
  MaskSeed seed;
  network.fill_random(std::as_writable_bytes(std::span(seed)));
  WebSocketProtocol protocol = WebSocketProtocol::client(
      details->options, network.now(), seed, opened.deflate ? &*opened.deflate : nullptr);
  co_return Stream(std::make_unique<WebSocketLayer>(std::move(stream), network.scheduler(),
                                                    std::move(protocol), std::move(details),
                                                    answer.rest()));
}

void break_off(MessageStream& messages, unsigned code, std::string_view reason) {
  Transport& transport = messages.stream().transport();
  if (auto* websocket = find_transport<WebSocketLayer>(transport)) {
    websocket->begin_close(code, reason);
  } else {
    transport.set_option(Option::linger, 0);
  }
}

WebSocket::WebSocket(Stream stream) : MessageStream(std::move(stream)) {
  BOWLINE_CHECK(find_transport<WebSocketLayer>(this->stream().transport()));
}

WebSocketLayer& WebSocket::layer() const {
  return *find_transport<WebSocketLayer>(const_cast<WebSocket*>(this)->stream().transport());
}

const std::string& WebSocket::target() const {
  return layer().details().target;
}

const std::string& WebSocket::subprotocol() const {
  return layer().details().subprotocol;
}

Task<> WebSocket::close(unsigned code, std::string reason) {
  layer().begin_close(code, reason);
  // To wait until that has gone would be to wait for a peer that may read nothing.
  for (bool more = true; more;) {
    Message message = co_await receive();
    more = static_cast<bool>(message);
  }
}

unsigned WebSocket::close_code() const {
  return layer().details().close_code;
}

const std::string& WebSocket::close_reason() const {
  return layer().details().close_reason;
}

}  // namespace bowline
