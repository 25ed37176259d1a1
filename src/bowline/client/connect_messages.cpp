#include "bowline/client/connect_messages.h"

#include "bowline/task/wait.h"

namespace bowline {
namespace {

struct Wanted {
  Worker& worker;
  std::string url;
  const ConnectOptions& options;
  Duration wait;
  std::shared_ptr<MessageConnection> connection;
};

Task<> open(Wanted* wanted) {
  Stream stream = co_await within(wanted->wait,
                                  connect(wanted->worker.network(), wanted->url, wanted->options));
  wanted->connection = begin_messages(wanted->worker, std::move(stream));
}

}  // namespace

MessageSocket connect_messages(std::string url, const ConnectOptions& options, Duration wait) {
  std::shared_ptr<Worker> worker = start_message_worker();
  Wanted wanted{*worker, std::move(url), options, wait, nullptr};
  worker->call([&wanted](Scope&) { return open(&wanted); });
  return MessageSocket(std::move(worker), std::move(wanted.connection));
}

}  // namespace bowline
