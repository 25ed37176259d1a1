#include "bowline/server/message_listener.h"

#include "bowline/task/wait.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace bowline {
namespace {

// Clients that came and were not accepted, before or after their handshake; others wait outside.
constexpr std::size_t waiting_max = 128;

// How long it pauses when the system has no descriptors or memory left for more.
constexpr Duration accept_pause = std::chrono::milliseconds(100);

}  // namespace

struct MessageListener::Desk {
  using Client = std::shared_ptr<MessageConnection>;

  // For the loop's thread, all of these.
  static Task<> open(Worker* worker, std::shared_ptr<Desk> self);
  static Task<> serve(Worker* worker, std::shared_ptr<Desk> self);
  static Task<> stay(Scope& scope, Worker* worker, Desk* desk);
  static Task<> take_in(Worker* worker, Desk* desk);
  static Task<> greet(Worker* worker, Desk* desk, Stream stream);
  void go_on(Worker& worker);
  void add(Client client);
  bool is_full();
  Scope* scope = nullptr;
  bool taking_in = false;
  bool closing = false;

  Url url;
  ServerOptions options;
  Opener opener;
  std::optional<Listener> listener;
  Address local;

  std::mutex mutex;  // of all below
  std::condition_variable changed;
  std::deque<Client> clients;
  std::size_t waiting = 0;  // with those in their handshake
  std::optional<Error> failure;
  bool closed = false;
};

Task<> MessageListener::Desk::open(Worker* worker, std::shared_ptr<Desk> self) {
  Task<Listener> opening =
      listen(worker->network(), transport_url(self->url), self->options.listen);
  Listener listener = co_await opening;
  self->local = listener.local_address();
  self->listener = std::move(listener);
  worker->scope().start(serve(worker, self));
}

Task<> MessageListener::Desk::serve(Worker* worker, std::shared_ptr<Desk> self) {
  co_await with_scope(stay, worker, self.get());
  self->scope = nullptr;
  self->listener.reset();
  std::lock_guard lock(self->mutex);
  for (Client& client : self->clients) end_messages(*client);
  self->closed = true;
  self->changed.notify_all();
}

Task<> MessageListener::Desk::stay(Scope& scope, Worker* worker, Desk* desk) {
  if (desk->closing) co_return;  // before it began
  desk->scope = &scope;
  desk->go_on(*worker);
  Result<void> closed = co_await attempt(sleep(forever));
}

// Lets clients in until that goes on already, or too many wait.
void MessageListener::Desk::go_on(Worker& worker) {
  if (!scope || taking_in || is_full()) return;
  taking_in = true;
  scope->start(take_in(&worker, this));
}

Task<> MessageListener::Desk::take_in(Worker* worker, Desk* desk) {
  while (!desk->is_full()) {
    Result<Stream> stream = co_await attempt(desk->listener->accept());
    if (!stream && stream.error().cancelled()) co_return;
    {
      std::lock_guard lock(desk->mutex);
      if (stream) ++desk->waiting;
      if (!stream) desk->failure = stream.error();
      desk->changed.notify_all();
    }
    if (stream) {
      desk->scope->start(greet(worker, desk, std::move(*stream)));
    } else {
      Result<void> slept = co_await attempt(sleep(accept_pause));
    }
  }
  desk->taking_in = false;
}

Task<> MessageListener::Desk::greet(Worker* worker, Desk* desk, Stream stream) {
  if (desk->opener) {
    try {
      Task<Stream> opening = desk->opener(worker->network(), std::move(stream), desk->options.open);
      stream = co_await opening;
    } catch (...) {
      // Whatever it was, and a program's own pages may throw anything: nobody comes in.
    }
  }
  desk->add(stream ? begin_messages(*worker, std::move(stream)) : nullptr);
  desk->go_on(*worker);
}

void MessageListener::Desk::add(Client client) {
  std::lock_guard lock(mutex);
  if (!client) --waiting;
  if (client) clients.push_back(std::move(client));
  changed.notify_all();
}

bool MessageListener::Desk::is_full() {
  std::lock_guard lock(mutex);
  return waiting >= waiting_max;
}

MessageListener::MessageListener(std::shared_ptr<Worker> worker, std::shared_ptr<Desk> desk)
    : worker_(std::move(worker)), desk_(std::move(desk)) {}

MessageListener& MessageListener::operator=(MessageListener&& other) noexcept {
  std::swap(worker_, other.worker_);
  std::swap(desk_, other.desk_);
  return *this;
}

MessageListener::~MessageListener() {
  if (!desk_) return;
  worker_->post([desk = desk_](Scope&) {
    desk->closing = true;
    if (desk->scope) desk->scope->cancel();
  });
  std::unique_lock lock(desk_->mutex);
  desk_->changed.wait(lock, [this] { return desk_->closed; });
}

MessageSocket MessageListener::accept(Duration wait) {
  std::unique_lock lock(desk_->mutex);
  auto has_news = [this] { return !desk_->clients.empty() || desk_->failure; };
  if (wait == forever) {
    desk_->changed.wait(lock, has_news);
  } else if (!desk_->changed.wait_for(lock, wait, has_news)) {
    throw make_error(std::make_error_code(std::errc::timed_out), "accept on " + url());
  }
  if (desk_->clients.empty()) throw *std::exchange(desk_->failure, std::nullopt);
  MessageSocket client(worker_, std::move(desk_->clients.front()));
  desk_->clients.pop_front();
  --desk_->waiting;
  worker_->post([worker = worker_.get(), desk = desk_](Scope&) { desk->go_on(*worker); });
  return client;
}

const Address& MessageListener::local_address() const {
  return desk_->local;
}

std::string MessageListener::url() const {
  return url_text(desk_->url.scheme, desk_->local);
}

MessageListener listen_messages(std::string url, ServerOptions options) {
  auto desk = std::make_shared<MessageListener::Desk>();
  desk->url = Url::parse(url).value();
  desk->options = std::move(options);
  desk->options.open = open_options(desk->options);
  desk->opener = make_opener(desk->url, desk->options.open);
  std::shared_ptr<Worker> worker = start_message_worker();
  worker->call([&](Scope&) { return MessageListener::Desk::open(worker.get(), desk); });
  // Connections keep the worker, which keeps the options that they were opened with.
  auto end = [worker, desk](Worker*) mutable { worker.reset(); };
  return MessageListener(std::shared_ptr<Worker>(worker.get(), std::move(end)), std::move(desk));
}

}  // namespace bowline
