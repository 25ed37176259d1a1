// A server of Topics and its clients in a simulated world, for tests that say in a few lines what
// each client does. Clients speak lines over TCP, or WebSocket.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/server/topics.h"
#include "bowline/session/websocket.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"

#include <functional>
#include <list>
#include <string>
#include <vector>

namespace bowline::testing {

inline constexpr const char* lines_url = "tcp://server:7000";
inline constexpr const char* websocket_url = "ws://server:7001/";

// Subscribes to what it is told: "+name"; leaves: "-name"; publishes: "name text"; answers "?".
inline Task<> obey(Subscriber& me) {
  while (Message message = co_await me.receive()) {
    std::string text(message.text());
    std::string rest = text.substr(1);
    if (text[0] == '+') me.subscribe(rest);
    if (text[0] == '-') me.unsubscribe(rest);
    if (text[0] == '+' || text[0] == '-' || text[0] == '?') {
      co_await me.send("ok");
    } else {
      std::size_t space = text.find(' ');
      std::string_view content = std::string_view(text).substr(space + 1);
      co_await me.publish(text.substr(0, space), content);
    }
  }
}

class TopicsWorld {
 public:
  // What a client does, once it is connected.
  using Talk = std::function<Task<>(MessageStream& messages)>;
  struct Client {
    std::vector<std::string> heard;
    std::string failure;
    unsigned close_code = 0;
    bool over = false;
  };

  TopicsWorld() {
    server_options.open.framing.kind = Framing::Kind::line;
    server_options.observer = [this](const ServerEvent& event) {
      if (event.kind == ServerEvent::Kind::closed) failures.push_back(event.failure);
    };
  }

  void serve(Topics::Body body = obey) {
    world.host("server").start([this, body](Network network) { return serving(network, body); });
    world.run_for(std::chrono::milliseconds(1));
  }
  // A client that says each of `words`, and hears what comes until the end or a failure.
  Client& talk(std::string url, std::vector<std::string> words) {
    return start(std::move(url), [words](MessageStream& messages) { return say(messages, words); });
  }
  // One that does not read until `pause` has passed.
  Client& talk_and_pause(std::string url, std::vector<std::string> words, Duration pause) {
    return start(std::move(url), [words, pause](MessageStream& messages) {
      return say_and_pause(messages, words, pause);
    });
  }
  Client& start(std::string url, Talk talk) {
    Client& client = clients.emplace_back();
    world.host("client" + std::to_string(clients.size()))
        .start([this, url, talk, &client](Network network) {
          return be_client(network, url, talk, &client);
        });
    world.run_for(std::chrono::milliseconds(100));
    return client;
  }

  TopicsOptions options;
  ServerOptions server_options;
  Topics* topics = nullptr;
  Server* server = nullptr;
  std::vector<std::string> failures;  // of connections that are over; "" is none
  std::list<Client> clients;
  sim::World world;  // ends first: what runs in it knows the others

 private:
  Task<> serving(Network network, Topics::Body body) {
    Topics all(options);
    topics = &all;
    Server serving(network, server_options);
    server = &serving;
    auto handler = [&](Stream peer) { return all.serve(std::move(peer), body); };
    serving.add("tcp://:7000", handler);
    serving.add("ws://:7001", handler);
    co_await serving.serve();
  }
  static Task<> say(MessageStream& messages, std::vector<std::string> words) {
    for (const std::string& word : words) co_await messages.send(word);
  }
  static Task<> say_and_pause(MessageStream& messages, std::vector<std::string> words,
                              Duration pause) {
    for (const std::string& word : words) co_await messages.send(word);
    co_await sleep(pause);
  }
  static Task<> hear(MessageStream& messages, Client* client) {
    while (Message message = co_await messages.receive()) {
      client->heard.emplace_back(message.text());
    }
  }
  static Task<> be_client(Network network, std::string url, Talk talk, Client* client) {
    ConnectOptions connecting;
    connecting.framing.kind = Framing::Kind::line;
    if (url.starts_with("ws")) connecting.framing.kind = Framing::Kind::raw;
    MessageStream messages = co_await connect(network, url, connecting);
    Task<> talking = talk(messages);
    Result<void> talked = co_await attempt(std::move(talking));
    Task<> hearing = hear(messages, client);
    Result<void> heard = co_await attempt(std::move(hearing));
    if (!heard) client->failure = heard.error().what();
    if (url.starts_with("ws"))
      client->close_code = WebSocket(std::move(messages.stream())).close_code();
    client->over = true;
  }
};

}  // namespace bowline::testing
